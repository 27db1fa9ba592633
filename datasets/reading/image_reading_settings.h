#pragma once
#include "core/base/schema.h"
#include "core/image/image_reading.h"

namespace adrep {

/// How image files are read where they do not say it themselves.
struct ImageReadingSettings {
  std::string image_scale = "16";
  std::string image_orientation = "ignore";
  std::string image_range;

  /// Declares these fields for a struct that inherits them.
  template <class P>
  static void declare(Schema<P>& s);

  bool finds_bits() const { return image_scale == "auto"; }
  /// What they say of every class; `bits` where finds_bits(). Throws InputError for a range that is none.
  ImageReading reading(int bits) const;
  /// "SCALE|ORIENTATION|RANGE", for whether two settings are the same.
  std::string text() const { return image_scale + "|" + image_orientation + "|" + image_range; }
};

template <class P>
void ImageReadingSettings::declare(Schema<P>& s) {
  const auto other_than = [](const char* name, const char* value) {
    return [=](const ParamTexts& texts) { return texts(name) != value; };
  };
  s.add(static_cast<std::string P::*>(&P::image_scale), "image.scale")
      .decides(Decides::features)
      .when(other_than("image.scale", "16"))
      .one_of({"16", "14", "12", "10", "8", "auto"})
      .doc(
          "bits that 16-bit files use: their values are divided by 2^(scale - 8), larger ones are white; auto: the "
          "fewest that hold the values of a class's first training images");
  s.add(static_cast<std::string P::*>(&P::image_orientation), "image.orientation")
      .decides(Decides::features)
      .when(other_than("image.orientation", "ignore"))
      .one_of({"ignore", "apply"})
      .doc("apply: images are turned as their EXIF data say; ignore: pixels as stored, as published code reads them");
  s.add(static_cast<std::string P::*>(&P::image_range), "image.range")
      .decides(Decides::features)
      .when(other_than("image.range", ""))
      .example("image.range=0:1")
      .doc("LOW:HIGH, what becomes black and white in TIFF images with floating-point values; empty: they are refused");
}

}  // namespace adrep
