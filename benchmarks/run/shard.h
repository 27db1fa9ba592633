#pragma once
#include <cstdint>
#include <string>

namespace adrep {

/// One of several parts of a whole.
struct Shard {
  int64_t number = 1, of = 1;  ///< from 1
};

/// "2/5" as a shard. Throws InputError, naming `option`, for what is none.
Shard shard_from(const std::string& text, const std::string& option);

}  // namespace adrep
