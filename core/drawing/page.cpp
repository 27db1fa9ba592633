#include "core/drawing/page.h"

#include <openssl/evp.h>

#include "core/drawing/page_style.h"

namespace adrep::html {

std::string page(const std::string& title, const Markup& body) {
  const Markup head = element("meta", {{"charset", "utf-8"}}) +
                      element("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}}) +
                      element("link", {{"rel", "icon"}, {"href", "data:,"}}) +  // else browsers ask for one
                      element("title", {}, title) + style_element(page_style);
  const Markup all = element("html", {{"lang", "en"}}, element("head", {}, head) + element("body", {}, body));
  return "<!doctype html>" + all.str() + "\n";
}

Markup heading(const Markup& text) {
  return element("h1", {}, text);
}

Markup section(const Markup& heading, const Markup& content) {
  return element("section", {}, element("h2", {}, heading) + content);
}

Markup subsection(const Markup& heading, const Markup& content) {
  return element("div", {}, element("h3", {}, heading) + content);
}

Markup paragraph(const Markup& content, const std::string& kind) {
  return element("p", {{"class", kind}}, content);
}

Markup bold(const Markup& content) {
  return element("b", {}, content);
}

Markup small(const Markup& content) {
  return element("small", {}, content);
}

Markup line_break() {
  return element("br", {});
}

Markup list(const std::vector<std::string>& items, const std::string& kind) {
  Markup points;
  for (const std::string& item : items) points += element("li", {}, item);
  return points.empty() ? points : element("ul", {{"class", kind}}, points);
}

Markup details(const Markup& summary, const std::string& text) {
  return element("details", {}, element("summary", {}, summary) + element("pre", {}, text));
}

Markup group(const std::string& kind, const Markup& content) {
  return element("div", {{"class", kind}}, content);
}

Markup scrolled(const Markup& content) {
  return group("scroll", content);
}

Markup figure(const Markup& picture, const Markup& caption) {
  return element("figure", {}, picture + element("figcaption", {}, caption));
}

Markup key(const std::vector<KeyEntry>& entries, const std::string& before) {
  Markup content = before;
  for (const KeyEntry& entry : entries)
    content += element("span", {{"style", "background:var(--" + entry.colour + ")"}}) + entry.meaning;
  return paragraph(content, "key");
}

std::string data_address(const std::string& media_type, const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return "data:" + media_type + ";base64," + text;
}

Markup image(const std::string& description, const std::string& address, int width, int height) {
  const auto size = [](int pixels) { return pixels > 0 ? markup_number(pixels) : ""; };
  return element(
      "img",
      {{"loading", "lazy"}, {"alt", description}, {"src", address}, {"width", size(width)}, {"height", size(height)}});
}

}  // namespace adrep::html
