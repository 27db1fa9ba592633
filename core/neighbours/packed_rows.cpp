#include "core/neighbours/packed_rows.h"

#include <optional>

#include "core/base/packed_operator.h"

namespace adrep {
namespace {

using Reorder = at::Tensor(const at::Tensor& weight, int64_t rows);
using Linear = at::Tensor(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& weight,
                          const std::optional<at::Tensor>& bias, int64_t rows);

/// MKL's packed products in LibTorch.
struct Operators {
  c10::TypedOperatorHandle<Reorder> reorder;
  c10::TypedOperatorHandle<Linear> linear;

  /// Null where this LibTorch was built without MKL.
  static const Operators* find() {
    static const std::optional<Operators> operators = []() -> std::optional<Operators> {
      if (!at::hasMKL()) return std::nullopt;
      const auto reorder = packed_operator<Reorder>("mkl::_mkl_reorder_linear_weight");
      const auto linear = packed_operator<Linear>("mkl::_mkl_linear");
      if (!reorder || !linear) return std::nullopt;
      return Operators{*reorder, *linear};
    }();
    return operators ? &*operators : nullptr;
  }
};

}  // namespace

PackedRows::PackedRows(at::Tensor rows, int64_t tile) : rows_(std::move(rows)), tile_(Operators::find() ? tile : 0) {
  if (tile_ > 0) packed_ = Operators::find()->reorder.call(rows_, tile_);
}

at::Tensor PackedRows::products(const at::Tensor& queries, const at::Tensor& buffer) const {
  if (tile_ > 0 && queries.size(0) == tile_)
    return Operators::find()->linear.call(queries, packed_, rows_, std::nullopt, tile_);
  at::Tensor products = buffer.narrow(0, 0, queries.size(0) * size()).view({queries.size(0), size()});
  return at::mm_out(products, queries, rows_.t());
}

}  // namespace adrep
