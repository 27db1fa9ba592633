// Precompiled for every file of adrep: ATen costs 12 s to parse, 2 s from here (torch/torch.h only where training needs
// it).
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Compiled once, in core/io/json_code.cpp, where every file that uses it would compile it again.
extern template class nlohmann::basic_json<>;
