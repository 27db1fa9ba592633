#include "core/image/image_loader.h"

#include "core/base/error.h"
#include "core/base/in_order.h"
#include "core/base/stage_times.h"
#include "core/image/decode.h"
#include "core/image/tiles.h"

namespace adrep {

LoadedImage load_image(size_t index, const ImageFile& file, const Geometry& geometry) {
  const StageTime decoding("decode");
  LoadedImage loaded{.index = index};
  std::optional<Image> decoded;
  try {
    decoded = decode_rgb(file);
  } catch (const InputError& error) {
    loaded.error = error.what();
    return loaded;
  }
  try {
    loaded.image = geometry.fit == Fit::tiles ? preprocess_tile(*decoded, geometry, file.tile)
                                              : preprocess_image(*decoded, geometry);
    loaded.width = decoded->width, loaded.height = decoded->height;
    loaded.content = content_of(decoded->width, decoded->height, geometry);
  } catch (const InputError& error) {
    loaded.error = fmt::format("{}: {}", file.path.string(), error.what());
  }
  return loaded;
}

void load_images(const std::vector<ImageFile>& files, const Geometry& geometry, int threads, size_t ahead,
                 const std::function<bool(LoadedImage)>& consume) {
  if (files.size() == 1) {  // nothing to do beside it
    consume(load_image(0, files.front(), geometry));
    return;
  }
  OrderedRing<LoadedImage> ring(files.size(), {threads, ahead},
                                [&](size_t i) { return load_image(i, files[i], geometry); });
  const auto next = [&] {
    const StageTime waiting("decode");
    return ring.next();
  };
  for (size_t i = 0; i < files.size(); ++i)
    if (!consume(next())) return;
}

}  // namespace adrep
