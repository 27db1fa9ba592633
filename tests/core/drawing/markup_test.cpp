#include "core/drawing/markup.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/random.h"
#include "support/texts.h"
#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// A text of letters that mean something in HTML, of others and of UTF-8.
std::string hostile_text(Random& random) {
  static const std::vector<std::string> parts = {"<", ">", "&", "\"", "'", "a", " ", "&amp;", "</b>", "é", "·", ";"};
  std::string text;
  for (const int64_t part : random.sample(static_cast<int64_t>(parts.size()), 8))
    text += parts[static_cast<size_t>(part)];
  return text;
}

}  // namespace

TEST_CASE("text from outside is harmless in HTML", "[drawing]") {
  REQUIRE(html_text("<b a='1'>&\"") == "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
  REQUIRE(html_text("&amp;") == "&amp;amp;");
  REQUIRE(html_text("é · −") == "é · −");
  REQUIRE(html_text("").empty());
}

TEST_CASE("a reader finds texts and attributes as they were given", "[drawing]") {
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    const std::string text = hostile_text(random), value = hostile_text(random), inner = hostile_text(random);
    const Markup made = element("p", {{"title", value}}, text + element("b", {}, inner) + text);
    const std::vector<XmlElement> read = read_xml(made.str());
    REQUIRE(read.size() == 2);
    REQUIRE(read[0].name == "p");
    REQUIRE(read[0].text == text + text);
    REQUIRE(read[0].attributes == std::map<std::string, std::string>{{"title", value}});
    REQUIRE((read[1].name == "b" && read[1].text == inner && read[1].depth == 1));
  }
}

TEST_CASE("numbers are written one way: two decimals at most, no exponent", "[drawing]") {
  for (const auto& [value, text] : std::vector<std::pair<double, std::string>>{{0, "0"},
                                                                               {-0.0, "0"},
                                                                               {-0.004, "0"},
                                                                               {0.005001, "0.01"},
                                                                               {12, "12"},
                                                                               {100, "100"},
                                                                               {12.5, "12.5"},
                                                                               {-12.25, "-12.25"},
                                                                               {1.0 / 3, "0.33"},
                                                                               {1e7, "10000000"},
                                                                               {1e-9, "0"}})
    CHECK(markup_number(value) == text);
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const double value = (random.uniform() - 0.5) * std::pow(10, 6 * random.uniform() - 1);
    const std::string text = markup_number(value);
    REQUIRE(std::abs(std::stod(text) - value) <= 0.005 + 1e-9);
    REQUIRE(text.find_first_not_of("-0123456789.") == std::string::npos);
    REQUIRE((text.find('.') == std::string::npos || (!text.ends_with('0') && !text.ends_with('.'))));
  }
}

TEST_CASE("elements: attributes in their order, none that are empty; only what has no content closes itself",
          "[drawing]") {
  CHECK(element("td", {{"class", "n"}, {"title", ""}, {"width", 2.50}, {"height", size_t{3}}}, "x").str() ==
        "<td class=\"n\" width=\"2.5\" height=\"3\">x</td>");
  CHECK(element("td", {}).str() == "<td></td>");
  CHECK(element("br", {}).str() == "<br/>");
  CHECK(element("circle", {{"r", 5}}).str() == "<circle r=\"5\"/>");
  CHECK(element("circle", {}, element("title", {}, "a & b")).str() == "<circle><title>a &amp; b</title></circle>");
  CHECK(Markup().empty());
  CHECK((Markup("a") + "<" + element("b", {}) + std::string("c")).str() == "a&lt;<b></b>c");
}

TEST_CASE("a style sheet stands as it is, but cannot end early", "[drawing]") {
  CHECK(style_element("a > b { font: \"x\" }").str() == "<style>a > b { font: \"x\" }</style>");
  CHECK_THROWS_AS(style_element("a {} </style><b>"), std::logic_error);
}

TEST_CASE("what the tests read pages with finds what is wrong", "[drawing]") {
  CHECK(xml_problem("<!doctype html><a b=\"1\"><c/>&lt;</a>\n").empty());
  for (const std::string broken : {"", "text", "<a>", "<a></b>", "<a><b></a></b>", "<a b=1></a>",
                                   "<a b=\"1\" b=\"2\"></a>", "<a>&</a>", "<a>&nbsp;</a>", "<a>1 < 2</a>", "<a/><b/>",
                                   "<a/>text", "<a b=\"<\"/>", "<a b=\"1></a>", "</a>", "<a></a", "<a"})
    CHECK(xml_problem(broken) != "");
  CHECK(requests_of("<a><img src=\"data:x\"/><style>b { c: var(--d) }</style></a>").empty());
  for (const std::string asking :
       {"<a><img src=\"x.png\"/></a>", "<a href=\"//b\"></a>", "<a><style>@import \"x\";</style></a>",
        "<a style=\"background:url(x)\"></a>", "<a><script></script></a>"})
    CHECK(requests_of(asking).size() == 1);
}
