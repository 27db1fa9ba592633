#include "bindings/python/array_source.h"

#include <cmath>

#include "core/base/error.h"

namespace adrep::python {
namespace {

class ArraySource final : public MapSource {
 public:
  ArraySource(std::vector<StackPair> stacks, BesideMaps beside)
      : stacks_(std::move(stacks)), beside_(std::move(beside)) {
    for (size_t s = 0; s < stacks_.size(); ++s) {
      const auto& [maps, masks] = stacks_[s];
      if (masks && masks->images() != maps.images())
        throw_input("{} holds {} maps and {} {} masks: there must be one mask for each map", maps.where(),
                    maps.images(), masks->where(), masks->images());
      for (int64_t i = 0; i < maps.images(); ++i) {
        places_.push_back({s, i});
        names_.push_back(std::to_string(names_.size()));
      }
    }
    if (places_.empty()) throw_input("maps: there are none");
    require_one_each("image_scores", beside_.image_scores.size());
    require_one_each("labels", beside_.labels.size());
    for (size_t i = 0; i < beside_.image_scores.size(); ++i)
      if (!std::isfinite(beside_.image_scores[i]))
        throw_input("image_scores: the score of image {} is {}: metrics need finite scores", i,
                    beside_.image_scores[i]);
  }

  int64_t size() const override { return std::ssize(places_); }
  const std::string& name(int64_t image) const override { return names_[static_cast<size_t>(image)]; }
  std::pair<MapSize, std::optional<MapSize>> stored_sizes(int64_t image) const override {
    const auto& [maps, masks] = stacks_[place(image).stack];
    std::optional<MapSize> mask;
    if (masks) mask = MapSize{masks->height(), masks->width()};
    return {{maps.height(), maps.width()}, mask};
  }
  Stored read(int64_t image, const MaskRule& rule) const override {
    const auto& [stack, within] = place(image);
    Stored stored;
    std::tie(stored.map_size, stored.mask_size) = stored_sizes(image);
    stored.scores = stacks_[stack].maps.scores(within);
    if (stacks_[stack].masks) stored.mask = stacks_[stack].masks->mask(within, rule, stored.mask_facts);
    const auto number = static_cast<size_t>(image);
    if (!beside_.image_scores.empty()) stored.image_score = beside_.image_scores[number];
    if (!beside_.labels.empty()) stored.anomalous = beside_.labels[number] != 0;
    return stored;
  }

 private:
  struct Place {
    size_t stack;
    int64_t within;
  };
  const Place& place(int64_t image) const { return places_[static_cast<size_t>(image)]; }

  void require_one_each(const char* what, size_t count) const {
    if (count != 0 && count != places_.size())
      throw_input("{}: {} of them for {} maps: there must be one for each", what, count, places_.size());
  }

  std::vector<StackPair> stacks_;
  BesideMaps beside_;
  std::vector<Place> places_;
  std::vector<std::string> names_;
};

}  // namespace

std::shared_ptr<const MapSource> array_source(std::vector<StackPair> stacks, BesideMaps beside) {
  return std::make_shared<ArraySource>(std::move(stacks), std::move(beside));
}

}  // namespace adrep::python
