#include "core/base/text_layout.h"

#include <catch2/catch.hpp>

#include "core/io/csv.h"

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

TEST_CASE("a field of a CSV line is quoted where it holds what divides fields, lines or quotes", "[text]") {
  CHECK(csv_field("plain text'; x\t") == "plain text'; x\t");
  CHECK(csv_field("") == "");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("a\nb") == "\"a\nb\"");
  CHECK(csv_field("a\rb") == "\"a\rb\"");
  CHECK(csv_field("\r") == "\"\r\"");
  CHECK(csv_field("say \"a\"") == "\"say \"\"a\"\"\"");
  for (const std::string text : {"a\rb", "\r\n", "\"", "a,\"b\"\r", "ä\r"})
    for (const CsvLeniency leniency : {CsvLeniency::strict, CsvLeniency::lenient}) {
      const std::string line = "x," + csv_field(text) + "\n";
      CHECK(CsvRecords(line, "here", leniency).next()->fields == std::vector<std::string>{"x", text});
    }
}

TEST_CASE("Markdown text has nothing left that means something there", "[text]") {
  CHECK(markdown_text("a|b") == "a\\|b");
  CHECK(markdown_text("[a](b) *c* _d_ `e` <f> ~g~ \\") == "\\[a\\](b) \\*c\\* \\_d\\_ \\`e\\` \\<f\\> \\~g\\~ \\\\");
  CHECK(markdown_text("two\nlines") == "two lines");
}
