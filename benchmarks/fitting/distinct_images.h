#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace adrep {

/// The beginning of the SHA-256 of an image file, as models keep it of what they were made from. Throws InputError when
/// it cannot be read.
std::string content_mark(const Sample& image);

/// How many images were left out.
struct LeftOut {
  int64_t known = 0;   ///< with a content that was known before
  int64_t copies = 0;  ///< with the content of one before them
};

/// Leaves out the images whose files have a known content (content_mark), or that of an image before them. A model must
/// not find its threshold on an image that it has learnt from, by whatever name: it would look too good.
LeftOut leave_out_copies(std::vector<Sample>& images, const std::set<std::string>& known = {});

}  // namespace adrep
