#include "benchmarks/pretraining/pretrain_identity.h"

#include "core/base/hash.h"
#include "core/features/cache/feature_key.h"
#include "core/image/mask_rule.h"
#include "core/representation/representation.h"

namespace adrep {

std::string pretraining_identity(const PretrainConfig& config, const std::string& weights_sha256,
                                 const std::vector<PretrainedClass>& classes, const std::string& validation) {
  std::string text = result_hash(config) + weights_sha256 + validation;
  for (const PretrainedClass& seen : classes) text += seen.layout + "/" + seen.name + seen.fingerprint;
  return sha256_of(text);
}

std::string pretraining_address(const std::string& identity) {
  constexpr size_t digits = 32;
  return sha256_of(fmt::format("{} pretraining {} backbone {} features {} masks {}", identity, pretraining_version,
                               feature_version, representation_version, mask_version))
      .substr(0, digits);
}

}  // namespace adrep
