#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace adrep {

template <class T>
concept Numeric = std::is_arithmetic_v<T>;

struct Attribute;

/// Text with what means something in HTML and SVG escaped, for content and for attributes: & < > " '.
std::string html_text(std::string_view text);

/// A number as pages and pictures write it: at most two decimals, no zeros at the end, no exponent, no "-0". What is
/// not finite is written as nan or inf, which browsers do not draw.
std::string markup_number(double value);

/// A piece of HTML or SVG. It is made of escaped texts and of elements alone, so that elements are always closed and
/// texts from outside are harmless. What is converted from a string is text.
class Markup {
 public:
  Markup() = default;
  template <std::convertible_to<std::string_view> Text>
  Markup(const Text& text) : written_(html_text(text)) {}

  Markup& operator+=(const Markup& next) {
    written_ += next.written_;
    return *this;
  }
  friend Markup operator+(Markup first, const Markup& second) { return first += second; }

  bool empty() const { return written_.empty(); }
  /// As it stands in a file.
  const std::string& str() const { return written_; }

 private:
  friend Markup element(std::string_view, const std::vector<Attribute>&, const Markup&);
  friend Markup style_element(std::string_view);
  std::string written_;
};

/// An attribute of an element. One whose text is empty is left out.
struct Attribute {
  std::string_view name;
  std::string value;

  template <std::convertible_to<std::string_view> Text>
  Attribute(std::string_view attribute, const Text& text) : name(attribute), value(text) {}
  template <Numeric Number>
  Attribute(std::string_view attribute, Number number)
      : name(attribute), value(markup_number(static_cast<double>(number))) {}
};

/// An element with its attributes and what is in it. `name` and the attributes' names are ours, never from outside.
Markup element(std::string_view name, const std::vector<Attribute>& attributes, const Markup& content = {});

/// A style sheet of ours, which is not escaped. A < in it, which could end it early, is an assertion.
Markup style_element(std::string_view sheet);

}  // namespace adrep
