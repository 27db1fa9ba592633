#include "core/base/text_layout.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("LaTeX text has nothing left that means something there", "[text]") {
  CHECK(latex_text("a_b 50% x&y #1 $2") == "a\\_b 50\\% x\\&y \\#1 \\$2");
  CHECK(latex_text("{a}\\~^") == "\\{a\\}\\textbackslash{}\\textasciitilde{}\\textasciicircum{}");
  CHECK(latex_text("1 < 2 > 0 ± 3 − 4\nnext") == "1 $<$ 2 $>$ 0 $\\pm$ 3 $-$ 4 next");
  CHECK(latex_text("Größe · ü") == "Größe · ü");
}
