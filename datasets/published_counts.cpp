#include "datasets/published_counts.h"

#include <algorithm>
#include <array>

namespace adrep {
namespace {

using Counts = PublishedCounts;

constexpr std::array<PublishedClass, 15> mvtec_ad = {{
    {"bottle", Counts{209, 20, 63}},
    {"cable", Counts{224, 58, 92}},
    {"capsule", Counts{219, 23, 109}},
    {"carpet", Counts{280, 28, 89}},
    {"grid", Counts{264, 21, 57}},
    {"hazelnut", Counts{391, 40, 70}},
    {"leather", Counts{245, 32, 92}},
    {"metal_nut", Counts{220, 22, 93}},
    {"pill", Counts{267, 26, 141}},
    {"screw", Counts{320, 41, 119}},
    {"tile", Counts{230, 33, 84}},
    {"toothbrush", Counts{60, 12, 30}},
    {"transistor", Counts{213, 60, 40}},
    {"wood", Counts{247, 19, 60}},
    {"zipper", Counts{240, 32, 119}},
}};

constexpr std::array<PublishedClass, 12> visa = {{
    {"candle", Counts{900, 100, 100}},
    {"capsules", Counts{542, 60, 100}},
    {"cashew", Counts{450, 50, 100}},
    {"chewinggum", Counts{453, 50, 100}},
    {"fryum", Counts{450, 50, 100}},
    {"macaroni1", Counts{900, 100, 100}},
    {"macaroni2", Counts{900, 100, 100}},
    {"pcb1", Counts{904, 100, 100}},
    {"pcb2", Counts{901, 100, 100}},
    {"pcb3", Counts{905, 101, 100}},
    {"pcb4", Counts{904, 101, 100}},
    {"pipe_fryum", Counts{450, 50, 100}},
}};

constexpr std::array<PublishedClass, 3> btad = {{
    {"01", Counts{400, 21, 49}},
    {"02", Counts{399, 30, 200}},
    {"03", Counts{1000, 400, 41}},
}};

constexpr std::array<PublishedClass, 10> mvtec_3d = {{
    {"bagel", Counts{244, 22, 88}},
    {"cable_gland", Counts{223, 21, 87}},
    {"carrot", Counts{286, 27, 132}},
    {"cookie", Counts{210, 28, 103}},
    {"dowel", Counts{288, 26, 104}},
    {"foam", Counts{236, 20, 80}},
    {"peach", Counts{361, 26, 106}},
    {"potato", Counts{300, 22, 92}},
    {"rope", Counts{298, 32, 69}},
    {"tire", Counts{210, 25, 87}},
}};

constexpr std::array<PublishedClass, 6> mpdd = {{
    {"bracket_black", Counts{289, 32, 47}},
    {"bracket_brown", Counts{185, 26, 51}},
    {"bracket_white", Counts{110, 30, 30}},
    {"connector", Counts{128, 30, 14}},
    {"metal_plate", Counts{54, 26, 71}},
    {"tubes", Counts{122, 32, 69}},
}};

/// Published are totals only.
constexpr std::array<PublishedClass, 30> real_iad = {{
    {"audiojack", std::nullopt},
    {"bottle_cap", std::nullopt},
    {"button_battery", std::nullopt},
    {"end_cap", std::nullopt},
    {"eraser", std::nullopt},
    {"fire_hood", std::nullopt},
    {"mint", std::nullopt},
    {"mounts", std::nullopt},
    {"pcb", std::nullopt},
    {"phone_battery", std::nullopt},
    {"plastic_nut", std::nullopt},
    {"plastic_plug", std::nullopt},
    {"porcelain_doll", std::nullopt},
    {"regulator", std::nullopt},
    {"rolled_strip_base", std::nullopt},
    {"sim_card_set", std::nullopt},
    {"switch", std::nullopt},
    {"tape", std::nullopt},
    {"terminalblock", std::nullopt},
    {"toothbrush", std::nullopt},
    {"toy", std::nullopt},
    {"toy_brick", std::nullopt},
    {"transistor1", std::nullopt},
    {"u_block", std::nullopt},
    {"usb", std::nullopt},
    {"usb_adaptor", std::nullopt},
    {"vcpill", std::nullopt},
    {"wooden_beads", std::nullopt},
    {"woodstick", std::nullopt},
    {"zipper", std::nullopt},
}};

constexpr std::array<PublishedDataset, 6> datasets = {{
    {"mvtec_ad", mvtec_ad, 4096, 1258, "https://www.mvtec.com/company/research/datasets/mvtec-ad"},
    {"visa", visa, 9621, 1200, "https://github.com/amazon-science/spot-diff"},
    {"btad", btad, 2250, 290, "https://github.com/pankajmishra000/VT-ADL"},
    {"mvtec_3d", mvtec_3d, 2905, 948, "https://www.mvtec.com/company/research/datasets/mvtec-3d-ad"},
    {"mpdd", mpdd, 1064, 282, "https://github.com/stepanje/MPDD"},
    {"real_iad", real_iad, 99721, 51329, "https://realiad4ad.github.io/Real-IAD/"},
}};

}  // namespace

const PublishedClass* PublishedDataset::find(std::string_view class_name) const {
  const auto place =
      std::find_if(classes.begin(), classes.end(), [&](const PublishedClass& c) { return c.name == class_name; });
  return place == classes.end() ? nullptr : &*place;
}

const PublishedDataset* published_dataset(std::string_view layout) {
  const auto place =
      std::find_if(datasets.begin(), datasets.end(), [&](const PublishedDataset& d) { return d.layout == layout; });
  return place == datasets.end() ? nullptr : &*place;
}

}  // namespace adrep
