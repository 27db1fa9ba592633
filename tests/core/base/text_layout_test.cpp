#include "core/base/text_layout.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("LaTeX text has nothing left that means something there", "[text]") {
  CHECK(latex_text("a_b 50% x&y #1 $2") == "a\\_b 50\\% x\\&y \\#1 \\$2");
  CHECK(latex_text("{a}\\~^") == "\\{a\\}\\textbackslash{}\\textasciitilde{}\\textasciicircum{}");
  CHECK(latex_text("τ ≤ 0.1 × Δr, λ") == "$\\tau$ $\\leq$ 0.1 $\\times$ $\\Delta$r, $\\lambda$");
  CHECK(latex_text("1 < 2 > 0 ± 3 − 4\nnext") == "1 $<$ 2 $>$ 0 $\\pm$ 3 $-$ 4 next");
  CHECK(latex_text("Größe · ü") == "Größe · ü");
}

TEST_CASE("a text is cut to columns, not bytes", "[text]") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdef", 5) == "abcd…");
  CHECK(shortened("äöüß·", 5) == "äöüß·");
  CHECK(shortened("äöüß··", 5) == "äöüß…");
  CHECK(shortened("abc", 1) == "…");
  CHECK(shortened("abc", 0).empty());
  for (size_t width = 0; width < 12; ++width) CHECK(shown_width(shortened("Lochfraß an Naht 7", width)) == width);
}

TEST_CASE("a spreadsheet takes no label for a formula", "[text]") {
  CHECK(csv_label("=1+1") == "'=1+1");
  CHECK(csv_label("-part") == "'-part");
  CHECK(csv_label("+a,b") == "\"'+a,b\"");
  CHECK(csv_label("@x") == "'@x");
  CHECK(csv_label("a=b") == "a=b");
  CHECK(csv_label("").empty());
  CHECK(csv_field("-part") == "-part");  // fields that programs read stay as they are
}

TEST_CASE("Markdown text has nothing left that means something there", "[text]") {
  CHECK(markdown_text("a|b") == "a\\|b");
  CHECK(markdown_text("[a](b) *c* _d_ `e` <f> ~g~ \\") == "\\[a\\](b) \\*c\\* \\_d\\_ \\`e\\` \\<f\\> \\~g\\~ \\\\");
  CHECK(markdown_text("two\nlines") == "two lines");
}
