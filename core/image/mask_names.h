#pragma once
#include <array>
#include <string>
#include <string_view>

namespace adrep {

/// What the name of an image's mask adds to the image's stem, the first in order before the others: S_mask, S, S_gt,
/// S_label. Upper and lower case are the same in it.
inline constexpr std::array<std::string_view, 4> mask_endings = {"_mask", "", "_gt", "_label"};

/// The stem without the ending (one of mask_endings, not ""), or "" when it does not end so or nothing is left.
std::string_view without_mask_ending(std::string_view stem, std::string_view ending);

/// The name in Unicode's form NFC: a letter with its accent is one character, whichever way it was typed or copied
/// (macOS takes it apart). A name that is not UTF-8 is left as it is.
std::string composed_name(std::string_view name);

}  // namespace adrep
