// PatchCore's parts: coreset.safetensors (patches [n, C] and the same projected [n, D]) and knn.safetensors (bank [R,
// C] and queries [Q, C]). The value of a search through one of FAISS's indexes is its recall: the share of the queries
// whose nearest row it finds.
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/neighbours/faiss_index.h"
#include "core/neighbours/faiss_matching.h"
#include "core/neighbours/nearest_neighbours.h"
#include "detectors/patchcore/coreset.h"
#include "detectors/patchcore/patchcore.h"
#include "timing.h"

namespace adrep::timing {
namespace {

at::Tensor first_rows(const Safetensors& input, const std::string& name, int64_t rows) {
  const at::Tensor& all = input.at(name);
  if (all.size(0) < rows)
    throw_input("{}: '{}' has {} rows, {} are needed", input.file.string(), name, all.size(0), rows);
  return all.narrow(0, 0, rows);
}

/// The largest distance of any patch to the selected ones: smaller is better.
double coverage(const at::Tensor& patches, const at::Tensor& chosen) {
  const NearestNeighbours index(patches.index_select(0, chosen));
  return index.search(patches, 1).squared_distances.max().sqrt().item<double>();
}

/// The selection is checked once, before the timing; its value is the coverage radius then.
template <class Select>
Call checked(const at::Tensor& patches, Select select) {
  const double radius = coverage(patches, select());
  return [=] {
    select();
    return radius;
  };
}

/// All of it: random projection to 128 values, distances to ten starts, greedy selection of 10 %.
Timing coreset(int64_t rows) {
  return {fmt::format("coreset_n{}", rows), "coreset", [rows](const Safetensors& input) {
            const at::Tensor patches = first_rows(input, "patches", rows).contiguous();
            const PatchcoreParams params;
            return checked(patches, [=] {
              QuietFit quiet;
              Random random(1);
              const at::Tensor map = random_projection(params.projection, patches.size(1), 1);
              const at::Tensor reduced = patches.mm(map.t());
              const at::Tensor starts = at::tensor(random.sample(rows, params.starts), at::kLong);
              return greedy_coreset(reduced, mean_distance_to(reduced, starts), rows / 10, quiet);
            });
          }};
}

/// The greedy selection alone, from the row that another program drew: out_coreset_greedy_nROWS.safetensors, or row 0.
Timing coreset_greedy(int64_t rows) {
  const std::string name = fmt::format("coreset_greedy_n{}", rows);
  return {name, "coreset", [=](const Safetensors& input) {
            const at::Tensor features = first_rows(input, "projected", rows).contiguous();
            const auto drawn = input.file.parent_path() / ("out_" + name + ".safetensors");
            const at::Tensor start = std::filesystem::exists(drawn)
                                         ? read_safetensors(drawn).at("indices").narrow(0, 0, 1).clone()
                                         : at::zeros({1}, at::kLong);
            return checked(first_rows(input, "patches", rows), [=] {
              QuietFit quiet;
              const at::Tensor chosen =
                  greedy_coreset(features, mean_distance_to(features, start), rows / 10 - 1, quiet);
              return at::cat({start, chosen});
            });
          }};
}

/// real: of a file that adrep_real_patches wrote.
Timing nearest(int64_t k, bool real) {
  return {fmt::format("knn_{}k{}", real ? "real_" : "", k), real ? "real_patches" : "knn",
          [k](const Safetensors& input) -> Call {
            const NearestNeighbours index(input.at("bank"));
            const at::Tensor queries = input.at("queries");
            return [=] { return index.search(queries, k).squared_distances.sqrt().mean().item<double>(); };
          }};
}

NeighbourSearchParams search_by(const std::string& index) {
  if (!has_faiss()) throw_input("this build has no FAISS");
  NeighbourSearchParams params;
  params.index = index;
  return params;
}

/// Nearest rows through an index of FAISS, with the parameters that follow the bank's size.
Timing indexed(const std::string& index) {
  return {fmt::format("knn_{}", index), "knn", [=](const Safetensors& input) -> Call {
            const NeighbourSearchParams params = search_by(index);
            const at::Tensor bank = input.at("bank").clone(), queries = input.at("queries");
            const at::Tensor nearest = NearestNeighbours(bank).search(queries, 1).rows;
            const auto built = std::make_shared<FaissIndex>(bank, params, FaissIndex::learn(bank, params, 1));
            return [=] { return built->search(queries, 1).rows.eq(nearest).to(at::kDouble).mean().item<double>(); };
          }};
}

/// Learning and building that index.
Timing built_index(const std::string& index) {
  return {fmt::format("knn_{}_build", index), "knn", [=](const Safetensors& input) -> Call {
            const NeighbourSearchParams params = search_by(index);
            const at::Tensor bank = input.at("bank").clone();
            return [=] {
              const FaissIndex built(bank, params, FaissIndex::learn(bank, params, 1));
              return static_cast<double>(search_bytes(params, bank.size(0), bank.size(1)));
            };
          }};
}

[[maybe_unused]] const bool added_patchcore[] = {
    add(coreset(1000)),          add(coreset(2000)),          add(coreset(5000)),        add(coreset(10'000)),
    add(coreset(53'504)),        add(coreset_greedy(1000)),   add(coreset_greedy(2000)), add(coreset_greedy(5000)),
    add(coreset_greedy(10'000)), add(coreset_greedy(53'504)), add(nearest(1, false)),    add(nearest(9, false)),
    add(nearest(1, true)),       add(nearest(9, true)),       add(indexed("flat")),      add(indexed("ivf")),
    add(indexed("hnsw")),        add(indexed("pq")),          add(built_index("flat")),  add(built_index("ivf")),
    add(built_index("hnsw")),    add(built_index("pq")),
};

}  // namespace
}  // namespace adrep::timing
