#include "benchmarks/fitting/distinct_images.h"

#include "core/base/content_hashes.h"

namespace adrep {
namespace {

constexpr size_t mark_digits = 16;

}  // namespace

std::string content_mark(const Sample& image) {
  return ContentHashes::instance().sha256_of(image.image()).substr(0, mark_digits);
}

LeftOut leave_out_copies(std::vector<Sample>& images, const std::set<std::string>& known) {
  LeftOut left_out;
  std::set<std::string> seen;
  std::erase_if(images, [&](const Sample& image) {
    const std::string mark = content_mark(image);
    const bool is_known = known.contains(mark), is_copy = !is_known && !seen.insert(mark).second;
    left_out.known += is_known;
    left_out.copies += is_copy;
    return is_known || is_copy;
  });
  return left_out;
}

}  // namespace adrep
