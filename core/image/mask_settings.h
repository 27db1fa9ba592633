#pragma once
#include <string>

#include "core/base/schema.h"
#include "core/image/mask_rule.h"

namespace adrep {

/// How ground-truth masks are read. The defaults are what published evaluations do.
struct MaskSettings {
  double mask_threshold = 0;
  std::string mask_resize = "nearest";

  MaskSettings() {}  // said so that GCC 12 sees it initialised in structs that inherit it

  MaskRule mask_rule() const {
    return {mask_threshold, mask_resize == "any"    ? MaskResize::any
                            : mask_resize == "area" ? MaskResize::area
                                                    : MaskResize::nearest};
  }

  /// Declares these fields for a struct that inherits them. `role`: what masks decide there.
  template <class P>
  static void declare(Schema<P>& s, Decides earliest, const std::function<Decides(const ParamTexts&)>& role);
};

template <class P>
void MaskSettings::declare(Schema<P>& s, Decides earliest, const std::function<Decides(const ParamTexts&)>& role) {
  s.add(static_cast<double P::*>(&P::mask_threshold), "masks.threshold")
      .decides(earliest, role)
      .when([](const ParamTexts& texts) { return texts("masks.threshold") != "0"; })
      .at_least(0)
      .example("masks.threshold=127")
      .doc("values of a mask above this are anomalous, of 16-bit images with 65535 as 255; 0: any value but 0");
  s.add(static_cast<std::string P::*>(&P::mask_resize), "masks.resize")
      .decides(earliest, role)
      .when([](const ParamTexts& texts) { return texts("masks.resize") != "nearest"; })
      .one_of({"nearest", "any", "area"})
      .doc(
          "how masks are resized: the nearest pixel, anomalous where any pixel below is, or where at least half of the "
          "area is");
}

}  // namespace adrep
