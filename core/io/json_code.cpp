#include <nlohmann/json.hpp>

// The code of nlohmann::json, once for the library (cmake/precompiled.h).
template class nlohmann::basic_json<>;
