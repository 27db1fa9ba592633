#pragma once
#include <array>
#include <cstdint>

#include "core/image/image.h"

namespace adrep {

/// Colour of a value in [0, 1] (clamped): dark blue, purple, orange, light yellow; lightness grows with the value, so
/// it reads in grey and for colour-blind readers too.
std::array<uint8_t, 3> heat_colour(double value);

/// A score map over its image: grey image below, heat colours above, more opaque where the score is higher.
/// `scores` are image.height × image.width values; low and high are where the colours begin and end.
Image heat_overlay(const Image& image, const float* scores, double low, double high);

/// Draws an outline around the mask's regions (mask: one channel, 0 = outside) in this colour, one pixel wide and
/// outside of them, so that small defects stay visible.
void draw_outline(Image& image, const Image& mask, const std::array<uint8_t, 3>& colour);

}  // namespace adrep
