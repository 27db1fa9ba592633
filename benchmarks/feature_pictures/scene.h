#pragma once
#include <array>
#include <string>
#include <vector>

#include "core/image/image.h"

namespace adrep {

/// A drawing of frames, dots and texts on white, which becomes SVG or PNG. Lengths in pixels, from the top left.
struct Scene {
  using Colour = std::array<uint8_t, 3>;
  struct Frame {
    double x = 0, y = 0, width = 0, height = 0;
  };
  struct Dot {
    double x = 0, y = 0, radius = 0;
    Colour colour{};
  };
  struct Text {
    double x = 0, y = 0;  ///< left end of the base line
    std::string text;     ///< UTF-8; the PNG has ASCII alone
    double size = 12;
  };

  double width = 0, height = 0;
  std::vector<Frame> frames;
  std::vector<Dot> dots;
  std::vector<Text> texts;
};

/// A stand-alone SVG file; `title` is read to those who do not see it.
std::string scene_as_svg(const Scene& scene, const std::string& title);

/// The same at twice the size. Every letter beyond ASCII is written as a comma where it is a middle dot, else as '?'.
Image scene_as_image(const Scene& scene);

}  // namespace adrep
