#include "detectors/glass/textures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/image/preprocess.h"
#include "detectors/glass/perlin.h"
#include "detectors/glass/texture_augmentation.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t most_files = 1'000'000;

std::vector<fs::path> images_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_regular_file(failed) || !is_image_name(at->path())) continue;
    files.push_back(at->path());
    if (files.size() > most_files) throw_input("{}: more than {} textures", folder.string(), most_files);
  }
  if (failed) throw_input("{}: cannot be read: {}", folder.string(), failed.message());
  if (files.empty()) throw_input("{}: no image in it to take textures from", folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

/// A pattern [size, size] around [0, 1] over coordinates turned by a random angle.
at::Tensor pattern(int64_t size, Random& random) {
  const double angle = random.uniform(0, std::numbers::pi), cell = random.uniform(6, 40);
  const at::Tensor line = at::arange(size, at::kFloat) / cell * std::numbers::pi;
  const at::Tensor x = line.unsqueeze(0), y = line.unsqueeze(1);
  const at::Tensor u = x * std::cos(angle) + y * std::sin(angle), v = y * std::cos(angle) - x * std::sin(angle);
  switch (random.below(5)) {
    case 0:
      return (u.sin() + 1) / 2;  // stripes
    case 1:
      return (u.sin() * v.sin()).gt(0).to(at::kFloat);  // checks
    case 2:
      return (u.cos() * v.cos() + random.uniform(-0.5, 0.3)).mul(4).sigmoid();  // dots
    case 3: {
      at::Tensor clouds = at::zeros({size, size});
      for (int64_t octave = 0; octave < 4; ++octave) {
        const int64_t cells = int64_t{2} << octave;
        at::Tensor angles = at::empty({cells + 1, cells + 1}, at::kDouble);
        double* values = angles.mutable_data_ptr<double>();
        for (int64_t i = 0; i < angles.numel(); ++i) values[i] = random.uniform(0, 2 * std::numbers::pi);
        clouds += perlin_noise(angles, size, size) / static_cast<double>(int64_t{1} << octave);
      }
      return clouds * 0.6 + 0.5;
    }
    default:
      return at::zeros({size, size});  // grain alone
  }
}

}  // namespace

TextureBank::TextureBank(const fs::path& folder) : folder_(folder) {
  if (folder.empty()) return;
  if (!fs::is_directory(folder)) throw_input("{}: no such folder of textures", folder.string());
  files_ = images_below(folder);
}

at::Tensor TextureBank::draw(int64_t size, Random& random) const {
  if (files_.empty()) return augmented_texture(drawn_texture(size, random), random);
  const fs::path& file = files_[static_cast<size_t>(random.below(static_cast<int64_t>(files_.size())))];
  const Geometry geometry{static_cast<int>(size), static_cast<int>(size)};
  const Image image = preprocess_image(decode_rgb(file), geometry);
  const std::array<double, 3> zero{0, 0, 0}, one{1, 1, 1};
  return augmented_texture(normalised(image, zero, one), random);
}

std::string TextureBank::description() const {
  if (files_.empty()) return "textures: drawn by the program (no folder given)";
  return fmt::format("textures: {} images of {}", files_.size(), folder_.string());
}

at::Tensor drawn_texture(int64_t size, Random& random) {
  const at::Tensor mixture = pattern(size, random);
  const double grain = random.uniform(0.02, 0.3);
  std::vector<at::Tensor> channels;
  for (int c = 0; c < 3; ++c) {
    const double from = random.uniform(), to = random.uniform();
    channels.push_back(mixture * (to - from) + from);
  }
  at::Tensor noise = at::empty({size, size});
  float* values = noise.mutable_data_ptr<float>();
  for (int64_t i = 0; i < noise.numel(); ++i) values[i] = static_cast<float>(random.uniform(-grain, grain));
  return (at::stack(channels) + noise).clamp(0, 1);
}

}  // namespace adrep
