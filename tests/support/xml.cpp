#include "support/xml.h"

#include <algorithm>
#include <stdexcept>

namespace adrep::test {
namespace {

constexpr const char* name_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:";

/// A strict reader of what pages and pictures consist of: elements, attributes, text and five entities.
class XmlReader {
 public:
  explicit XmlReader(const std::string& text) : text_(text) {
    const std::string doctype = "<!doctype html>";
    if (text_.starts_with(doctype)) at_ = doctype.size();
  }

  std::vector<XmlElement> all() {
    while (at_ < text_.size()) {
      if (text_[at_] == '<')
        tag();
      else
        characters();
    }
    demand(open_.empty(), open_.empty() ? "" : "'" + found_[open_.back()].name + "' is not closed");
    demand(!found_.empty(), "no element");
    return found_;
  }

 private:
  void demand(bool holds, const std::string& problem) const {
    if (!holds) throw std::runtime_error("at " + std::to_string(at_) + ": " + problem);
  }

  void characters() {
    const size_t end = std::min(text_.find('<', at_), text_.size());
    const std::string text = resolved(text_.substr(at_, end - at_));
    demand(!open_.empty() || text.find_first_not_of(" \n") == std::string::npos, "text outside of the root");
    if (!open_.empty()) found_[open_.back()].text += text;
    at_ = end;
  }

  std::string resolved(const std::string& escaped) const {
    static const std::map<std::string, std::string> entities = {
        {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"#39", "'"}};
    std::string text;
    for (size_t i = 0; i < escaped.size(); ++i) {
      demand(escaped[i] != '<', "bare <");
      if (escaped[i] != '&') {
        text += escaped[i];
        continue;
      }
      const size_t end = escaped.find(';', i);
      demand(end != std::string::npos, "bare &");
      const auto entity = entities.find(escaped.substr(i + 1, end - i - 1));
      demand(entity != entities.end(), "unknown entity");
      text += entity->second;
      i = end;
    }
    return text;
  }

  std::string name() {
    const size_t end = std::min(text_.find_first_not_of(name_letters, at_), text_.size());
    demand(end > at_, "a name is missing");
    const std::string read = text_.substr(at_, end - at_);
    at_ = end;
    return read;
  }

  bool take(const std::string& part) {
    if (text_.compare(at_, part.size(), part) != 0) return false;
    at_ += part.size();
    return true;
  }

  void tag() {
    if (take("</")) {
      const std::string closed = name();
      demand(!open_.empty() && found_[open_.back()].name == closed, "'" + closed + "' is closed but not open");
      demand(take(">"), "> is missing");
      open_.pop_back();
      return;
    }
    take("<");
    demand(!open_.empty() || found_.empty(), "a second root");
    XmlElement element{name(), "", {}, static_cast<int>(open_.size())};
    while (take(" ")) {
      const std::string attribute = name();
      demand(take("=\""), "the attribute's value is not quoted");
      const size_t end = text_.find('"', at_);
      demand(end != std::string::npos, "a quote is not closed");
      const std::string value = resolved(text_.substr(at_, end - at_));
      demand(element.attributes.emplace(attribute, value).second, "'" + attribute + "' stands twice");
      at_ = end + 1;
    }
    const bool empty = take("/>");
    demand(empty || take(">"), "> is missing");
    if (!empty) open_.push_back(found_.size());
    found_.push_back(std::move(element));
  }

  const std::string& text_;
  size_t at_ = 0;
  std::vector<XmlElement> found_;
  std::vector<size_t> open_;
};

}  // namespace

std::vector<XmlElement> read_xml(const std::string& text) {
  return XmlReader(text).all();
}

std::string xml_problem(const std::string& text) {
  try {
    read_xml(text);
    return "";
  } catch (const std::runtime_error& problem) {
    return problem.what();
  }
}

std::vector<std::string> requests_of(const std::string& page) {
  std::vector<std::string> requests;
  for (const XmlElement& element : read_xml(page)) {
    for (const char* attribute : {"src", "href", "srcset", "data", "action", "poster", "background", "xlink:href"})
      if (const auto found = element.attributes.find(attribute);
          found != element.attributes.end() && !found->second.starts_with("data:"))
        requests.push_back(element.name + " " + found->second);
    for (const char* name : {"script", "iframe", "object", "embed", "base"})
      if (element.name == name) requests.push_back(name);
    const auto style = element.attributes.find("style");
    const std::string rules =
        (element.name == "style" ? element.text : "") + (style == element.attributes.end() ? "" : style->second);
    for (const char* reference : {"url(", "@import", "image-set("})
      if (rules.find(reference) != std::string::npos) requests.push_back(element.name + " " + reference);
  }
  return requests;
}

}  // namespace adrep::test
