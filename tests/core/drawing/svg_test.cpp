#include "core/drawing/svg.h"

#include <catch2/catch.hpp>

#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("a drawing has whole pixels, and is read out by its label or not at all", "[drawing]") {
  const std::vector<XmlElement> labelled = read_xml(svg::drawing("plot", "a < b", 30.2, 10, {}).str());
  CHECK(labelled[0].attributes == std::map<std::string, std::string>{{"class", "plot"},
                                                                     {"role", "img"},
                                                                     {"aria-label", "a < b"},
                                                                     {"viewBox", "0 0 31 10"},
                                                                     {"width", "31"},
                                                                     {"height", "10"}});
  const std::vector<XmlElement> hidden = read_xml(svg::drawing("", "", 3, 4, {}).str());
  CHECK(hidden[0].attributes == std::map<std::string, std::string>{
                                    {"aria-hidden", "true"}, {"viewBox", "0 0 3 4"}, {"width", "3"}, {"height", "4"}});
}

TEST_CASE("shapes have their places, their kind, and a title for who points at them", "[drawing]") {
  CHECK(svg::line("grid", 1, 2.5, 3, 4).str() == "<line class=\"grid\" x1=\"1\" y1=\"2.5\" x2=\"3\" y2=\"4\"/>");
  CHECK(svg::line("bad", 1, 2, 3, 4, "<a>").str() ==
        "<line class=\"bad\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"4\"><title>&lt;a&gt;</title></line>");
  CHECK(svg::rectangle("up", 1, 2, 3, 4).str() == "<rect class=\"up\" x=\"1\" y=\"2\" width=\"3\" height=\"4\"/>");
  CHECK(svg::circle("in", 1, 2, 2.6).str() == "<circle class=\"in\" cx=\"1\" cy=\"2\" r=\"2.6\"/>");
  CHECK(svg::text("tick", 1, 2, "a & b").str() == "<text class=\"tick\" x=\"1\" y=\"2\">a &amp; b</text>");
}

TEST_CASE("an outline is written step by step", "[drawing]") {
  svg::Path outline;
  CHECK(outline.empty());
  outline.join(1, 2).join(3, -4.5).across_to(5).down_to(6).across_by(-7).down_by(0.25).move_to(8, 9).close();
  CHECK(outline.str() == "M1 2L3 -4.5H5V6h-7v0.25M8 9Z");
  CHECK(svg::path("curve bad", outline, "n").str() ==
        "<path class=\"curve bad\" d=\"" + outline.str() + "\"><title>n</title></path>");
}

TEST_CASE("whiskers and grids are the shapes that plots share", "[drawing]") {
  CHECK(svg::whisker("spread", 10, 30, 9).str() == "<path class=\"spread\" d=\"M10 9H30M10 5v8M30 5v8\"/>");
  const auto shapes_of = [](const Markup& shapes) { return read_xml(element("g", {}, shapes).str()); };
  const std::vector<XmlElement> row = shapes_of(svg::grid_row(10, 50, 20, "0.5"));
  REQUIRE(row.size() == 3);
  CHECK((row[1].attributes.at("y1") == "20" && row[1].attributes.at("y2") == "20"));
  CHECK((row[2].text == "0.5" && row[2].attributes.at("class") == "right" && row[2].attributes.at("x") == "4"));
  const std::vector<XmlElement> column = shapes_of(svg::grid_column(30, 5, 95, "7"));
  REQUIRE(column.size() == 3);
  CHECK((column[1].attributes.at("x1") == "30" && column[1].attributes.at("x2") == "30"));
  CHECK((column[2].text == "7" && column[2].attributes.at("x") == "30" && column[2].attributes.at("y") == "110"));
}
