#include "benchmarks/feature_pictures/scene.h"

#include <fmt/format.h>

#include <opencv2/imgproc.hpp>

#include "core/drawing/markup.h"

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
  Markup shapes = element("title", {}, title) + "\n" +
                  element("rect", {{"width", "100%"}, {"height", "100%"}, {"fill", "#ffffff"}}) + "\n";
  for (const Scene::Frame& f : scene.frames)
    shapes += element("rect", {{"x", f.x},
                               {"y", f.y},
                               {"width", f.width},
                               {"height", f.height},
                               {"fill", "none"},
                               {"stroke", "#b8c0cc"}}) +
              "\n";
  for (const Scene::Dot& d : scene.dots)
    shapes += element("circle", {{"cx", d.x},
                                 {"cy", d.y},
                                 {"r", d.radius},
                                 {"fill", fmt::format("#{:02x}{:02x}{:02x}", d.colour[0], d.colour[1], d.colour[2])},
                                 {"fill-opacity", 0.75}}) +
              "\n";
  for (const Scene::Text& t : scene.texts)
    shapes +=
        element("text",
                {{"x", t.x}, {"y", t.y}, {"font-family", "sans-serif"}, {"font-size", t.size}, {"fill", "#1c2430"}},
                t.text) +
        "\n";
  const Markup svg = element("svg",
                             {{"xmlns", "http://www.w3.org/2000/svg"},
                              {"viewBox", fmt::format("0 0 {:.0f} {:.0f}", scene.width, scene.height)},
                              {"width", std::round(scene.width)},
                              {"height", std::round(scene.height)},
                              {"role", "img"}},
                             "\n" + shapes);
  return svg.str() + "\n";
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
