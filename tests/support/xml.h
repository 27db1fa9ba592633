#pragma once
#include <map>
#include <string>
#include <vector>

namespace adrep::test {

/// An element as it was read. `text` is what stands in it itself, not in the elements within, with entities resolved.
struct XmlElement {
  std::string name, text;
  std::map<std::string, std::string> attributes;
  int depth = 0;  ///< 0: the root
};

/// All elements of a text in the order in which they begin. It must be well-formed XML, before which "<!doctype html>"
/// may stand: one root, every element closed in order, attributes quoted and named once, no bare < or &. Throws
/// std::runtime_error that says where it is not.
std::vector<XmlElement> read_xml(const std::string& text);

/// What is wrong with a text as XML, or "".
std::string xml_problem(const std::string& text);

/// What a browser that opens a page would ask the network or the disk for: addresses that are no data, imports and
/// addresses of style sheets, scripts and frames.
std::vector<std::string> requests_of(const std::string& page);

}  // namespace adrep::test
