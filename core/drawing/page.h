#pragma once
#include <string>
#include <vector>

#include "core/drawing/markup.h"

/// The parts of a page and the page that they make: one HTML file with its style sheet (page_style.h), which needs no
/// network and no other file. Light and dark by the reader's preference, readable on a phone. `kind` names classes of
/// the style sheet, "" for none. Strings are text (markup.h).
namespace adrep::html {

/// A whole page; `title` is the window's, the page's heading is part of `body`.
std::string page(const std::string& title, const Markup& body);

/// A heading of the whole page, and parts of it under their headings.
Markup heading(const Markup& text);
Markup section(const Markup& heading, const Markup& content);
Markup subsection(const Markup& heading, const Markup& content);

Markup paragraph(const Markup& content, const std::string& kind = "");
Markup bold(const Markup& content);
Markup small(const Markup& content);
Markup line_break();
/// A point for each item; nothing where there are none.
Markup list(const std::vector<std::string>& items, const std::string& kind = "");
/// A summary that opens to a text as it is written, line breaks included.
Markup details(const Markup& summary, const std::string& text);

/// What has its own arrangement in the style sheet.
Markup group(const std::string& kind, const Markup& content);
/// Moved sideways within the page where it is too wide for the screen.
Markup scrolled(const Markup& content);
Markup figure(const Markup& picture, const Markup& caption);

/// What a colour of the style sheet ("good" for --good) stands for.
struct KeyEntry {
  std::string colour, meaning;
};
Markup key(const std::vector<KeyEntry>& entries, const std::string& before = "");

/// A file as an address that a page shows by itself, for example of a picture ("image/jpeg").
std::string data_address(const std::string& media_type, const std::string& bytes);

/// A picture at such an address. `description` is read to those who do not see it; 0: the size that the style sheet or
/// the picture itself says.
Markup image(const std::string& description, const std::string& address, int width = 0, int height = 0);

}  // namespace adrep::html
