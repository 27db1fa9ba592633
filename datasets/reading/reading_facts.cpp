#include "datasets/reading/reading_facts.h"

#include "core/base/error.h"
#include "core/base/plural.h"
#include "core/image/decode.h"

namespace adrep {
namespace {

constexpr size_t images_counted = 8;

void add_values(const std::filesystem::path& image, ValueCounts& sum) {
  const ValueCounts counts = count_values(image);
  sum.resize(std::max(sum.size(), counts.size()));
  for (size_t value = 0; value < counts.size(); ++value) sum[value] += counts[value];
}

}  // namespace

int ReadingFacts::bits() const {
  if (wide == 0) return 16;
  int bits = 8;
  while (bits < 16 && largest >> bits != 0) bits += 2;
  return bits;
}

ReadingFacts reading_facts(const std::vector<Sample>& train, size_t most) {
  ReadingFacts facts;
  const size_t count = most == 0 ? train.size() : std::min(most, train.size());
  ValueCounts values;
  for (size_t i = 0; i < count; ++i) {
    const std::filesystem::path image = train[i * train.size() / count].image();
    try {
      const ImageHeader header = read_image_header(image);
      ++facts.images;
      facts.not_upright += header.orientation != 1;
      if (header.bits == 16 && static_cast<size_t>(facts.wide++) < images_counted) add_values(image, values);
    } catch (const InputError&) {
      continue;  // an unreadable image is the reader's matter
    }
  }
  for (size_t value = 0; value < values.size(); ++value) {
    if (values[value] == 0) continue;
    ++facts.levels;
    facts.largest = static_cast<int>(value);
  }
  return facts;
}

ReadingNotes reading_notes(const ReadingFacts& facts, const ImageReadingSettings& settings) {
  ReadingNotes notes;
  const int found = facts.bits(), read = settings.reading(found).bits;
  if (facts.wide > 0 && settings.finds_bits())
    notes.bits = fmt::format("image.scale=auto reads 16-bit files as {} bits: {}, the largest {}", read,
                             counted(facts.levels, "level"), facts.largest);
  else if (facts.wide > 0 && found < read)
    notes.bits = fmt::format(
        "16-bit files that use {} up to {} ({} bits), read as {} bits: image.scale={} uses their whole range",
        counted(facts.levels, "level"), facts.largest, found, read, found);
  else if (facts.wide > 0 && found > read)
    notes.bits =
        fmt::format("16-bit files hold values up to {} ({} bits): with image.scale={} the larger ones are white",
                    facts.largest, found, read);
  if (facts.not_upright > 0 && settings.image_orientation == "ignore")
    notes.orientation = fmt::format(
        "{} of {} carry an orientation other than upright, which is ignored: image.orientation=apply turns them",
        facts.not_upright, counted(facts.images, "training image"));
  return notes;
}

}  // namespace adrep
