#include "benchmarks/feature_pictures/scene.h"

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>

#include "benchmarks/pages/report_plots.h"

namespace adrep {
namespace {

constexpr double png_scale = 2;   // of the PNG
constexpr int fraction_bits = 4;  // OpenCV draws at 1/16 pixel

std::string ascii(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      plain += text[i];
    } else if (text.compare(i, 2, "·") == 0) {
      if (plain.ends_with(' ')) plain.pop_back();
      plain += ',';
    } else if (byte >= 0xC0) {
      plain += '?';
    }
  }
  return plain;
}

cv::Point fine_point(double x, double y) {
  const double one = png_scale * (1 << fraction_bits);
  return {static_cast<int>(std::lround(x * one)), static_cast<int>(std::lround(y * one))};
}

}  // namespace

std::string scene_as_svg(const Scene& scene, const std::string& title) {
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "role=\"img\">\n<title>{2}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      scene.width, scene.height, html_text(title));
  for (const Scene::Frame& f : scene.frames)
    svg += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" stroke=\"#b8c0cc\"/>\n", f.x,
        f.y, f.width, f.height);
  for (const Scene::Dot& d : scene.dots)
    svg += fmt::format(
        "<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.1f}\" fill=\"#{:02x}{:02x}{:02x}\" fill-opacity=\"0.75\"/>\n", d.x,
        d.y, d.radius, d.colour[0], d.colour[1], d.colour[2]);
  for (const Scene::Text& t : scene.texts)
    svg += fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" font-family=\"sans-serif\" font-size=\"{:.0f}\" fill=\"#1c2430\">{}</text>\n",
        t.x, t.y, t.size, html_text(t.text));
  return svg + "</svg>\n";
}

Image scene_as_image(const Scene& scene) {
  Image image(static_cast<int>(png_scale * scene.width), static_cast<int>(png_scale * scene.height), 3);
  cv::Mat picture(image.height, image.width, CV_8UC3, image.pixels.data());
  picture.setTo(cv::Scalar(255, 255, 255));
  for (const Scene::Frame& f : scene.frames)
    cv::rectangle(picture, fine_point(f.x, f.y), fine_point(f.x + f.width, f.y + f.height), {184, 192, 204}, 2,
                  cv::LINE_AA, fraction_bits);
  for (const Scene::Dot& d : scene.dots)
    cv::circle(picture, fine_point(d.x, d.y), fine_point(d.radius, 0).x,
               {double(d.colour[0]), double(d.colour[1]), double(d.colour[2])}, cv::FILLED, cv::LINE_AA, fraction_bits);
  for (const Scene::Text& t : scene.texts) {
    // capital letters of this font are 21 units high, of other fonts 0.7 of the size
    const double font_scale = png_scale * t.size * 0.7 / 21;
    cv::putText(picture, ascii(t.text),
                {static_cast<int>(std::lround(png_scale * t.x)), static_cast<int>(std::lround(png_scale * t.y))},
                cv::FONT_HERSHEY_SIMPLEX, font_scale, {28, 36, 48}, 1, cv::LINE_AA);
  }
  return image;
}

}  // namespace adrep
