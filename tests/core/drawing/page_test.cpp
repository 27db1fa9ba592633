#include "core/drawing/page.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "core/drawing/page_style.h"
#include "core/drawing/page_table.h"
#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::StartsWith;

namespace {

/// A page with every part once.
std::string page_of_all_parts(const std::string& text) {
  html::PageTable table({{text}, {text, true}}, "maps");
  table.row({text, html::TableCell(text, "none", text)}, "first");
  return html::page(
      text, html::heading(text) + html::paragraph(text, "lead") +
                html::section(html::bold(text) + html::small(text), html::subsection(text, table.markup())) +
                html::list({text, text}, "beware") + html::details(text, text) + html::key({{"good", text}}, text) +
                html::group("plots", html::figure(html::image(text, html::data_address("image/jpeg", text)), text)) +
                html::scrolled(html::line_break()));
}

std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
  std::set<std::string> found;
  const std::regex expression(pattern);
  for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it) found.insert((*it)[1]);
  return found;
}

}  // namespace

TEST_CASE("a page is well-formed, says its language, letters and width, and asks for nothing", "[drawing]") {
  const std::string hostile = "</style></title><script src=\"http://x\">'&";
  const std::string page = page_of_all_parts(hostile);
  REQUIRE_THAT(page, StartsWith("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"/>"));
  REQUIRE(xml_problem(page).empty());
  REQUIRE(requests_of(page).empty());
  int64_t texts = 0;
  for (const XmlElement& element : read_xml(page)) {
    texts += element.text == hostile;
    if (element.name == "meta" && element.attributes.contains("name"))
      CHECK(element.attributes.at("content") == "width=device-width, initial-scale=1");
  }
  // title, h1, p, b, small, h3, two headings and two cells of the table, two items, summary, pre, caption
  CHECK(texts == 15);
}

TEST_CASE("the style sheet defines every colour that it and keys use, for light and for dark", "[drawing]") {
  const std::string style = page_style;
  const std::set<std::string> used = all_matches(style, "var\\(--([a-z]+)\\)");
  const size_t dark = style.find("prefers-color-scheme: dark"), end = style.find("} }", dark);
  REQUIRE((dark != std::string::npos && end != std::string::npos && used.size() > 5));
  for (const std::string& scheme : {style.substr(0, dark), style.substr(dark, end - dark)}) {
    const std::set<std::string> defined = all_matches(scheme, "--([a-z]+):#");
    for (const std::string& name : used) CHECK(defined.contains(name));
    for (const char* name : {"raw", "derived", "good", "bad"}) CHECK(defined.contains(name));  // those of keys
  }
  CHECK(std::count(style.begin(), style.end(), '{') == std::count(style.begin(), style.end(), '}'));
}

TEST_CASE("nothing is left of an empty list", "[drawing]") {
  CHECK(html::list({}).empty());
  CHECK(html::list({"a<", "b"}).str() == "<ul><li>a&lt;</li><li>b</li></ul>");
}

TEST_CASE("a key names colours of the style sheet", "[drawing]") {
  CHECK(html::key({{"good", "normal"}, {"bad", "anomalous"}}, "pixels").str() ==
        "<p class=\"key\">pixels<span style=\"background:var(--good)\"></span>normal<span "
        "style=\"background:var(--bad)\"></span>anomalous</p>");
}

TEST_CASE("files become addresses in base64, as RFC 4648 gives them", "[drawing]") {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                                                    {"f", "Zg=="},
                                                                                    {"fo", "Zm8="},
                                                                                    {"foo", "Zm9v"},
                                                                                    {"foob", "Zm9vYg=="},
                                                                                    {"fooba", "Zm9vYmE="},
                                                                                    {"foobar", "Zm9vYmFy"},
                                                                                    {{"\0\xff", 2}, "AP8="}})
    CHECK(html::data_address("image/png", bytes) == "data:image/png;base64," + text);
}

TEST_CASE("an image has a description, and a size where one is given", "[drawing]") {
  CHECK(html::image("a \"b\"", "data:,").str() == "<img loading=\"lazy\" alt=\"a &quot;b&quot;\" src=\"data:,\"/>");
  CHECK(html::image("a", "data:,", 200, 12).str() ==
        "<img loading=\"lazy\" alt=\"a\" src=\"data:,\" width=\"200\" height=\"12\"/>");
}

TEST_CASE("a table's columns of numbers stand at the right, its cells have their kinds and titles", "[drawing]") {
  html::PageTable table({{"name"}, {"value", true}}, "matrix");
  table.row({"a & b", "1.5"}, "first mean");
  table.row({html::TableCell(html::bold("c"), "words"), html::TableCell("undef.", "none", "one class only")});
  CHECK(table.markup().str() ==
        "<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th>name</th><th class=\"n\">value</th></tr></thead>"
        "<tbody><tr class=\"first mean\"><td>a &amp; b</td><td class=\"n\">1.5</td></tr>"
        "<tr><td class=\"words\"><b>c</b></td><td class=\"n none\" title=\"one class only\">undef.</td></tr>"
        "</tbody></table></div>");
  CHECK_THROWS_AS(table.row({"a"}), std::logic_error);
}
