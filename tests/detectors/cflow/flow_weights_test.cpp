#include "detectors/cflow/flow_weights.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/io/torch_checkpoint_writer.h"
#include "detectors/cflow/cflow.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// The flows of the golden file and its vectors as one image each level, which has as many positions.
struct Reference {
  Golden golden = load_golden("cflow");
  FlowWeights weights{{}, "freia_0.2"};
  Levels image;
  CflowParams params;

  Reference() {
    const at::Tensor& code = golden["position_code"];
    image.image_size = 4 * std::max(code.size(1), code.size(2));  // any size above the grid's
    for (int64_t l = 0; golden.has(fmt::format("level{}/input", l)); ++l) {
      const std::string level = fmt::format("level{}/", l);
      add_below(weights.tensors, decoder_prefix(static_cast<size_t>(l)), golden.below(level + "weights/"));
      image.maps.push_back(golden[level + "input"].t().reshape({1, -1, code.size(1), code.size(2)}).contiguous());
    }
    params.levels = image.count();
    params.blocks = golden.description.at("coupling_blocks").get<int64_t>();
    params.condition = code.size(0);
    params.meta_epochs = 0;
  }

  /// What CFLOW makes of the flows in the file, fitted on and asked about the golden vectors.
  Scores scores_from(const std::filesystem::path& file, const std::string& log_scale) const {
    CflowParams with = params;
    with.decoders = file.string();
    with.log_scale = log_scale;
    Cflow cflow(with);
    cflow.fit(MemoryFeatures(image), Quiet(1).context);
    return cflow.score(image);
  }
};

/// A flat state dict as anomalib's checkpoints hold it, beside an encoder's.
void write_anomalib(const std::filesystem::path& file, const FlowWeights& weights) {
  TensorMap state{{"model.encoder.conv1.weight", at::ones({2, 2})}};
  add_below(state, "model.", weights.tensors);
  for (auto& [key, tensor] : state)
    if (key.find("w_perm") != std::string::npos) tensor = tensor.unsqueeze(-1).unsqueeze(-1);
  write_torch_checkpoint(file, {.tensors_key = "state_dict",
                                .tensors = state,
                                .numbers = {{"epoch", 3}},
                                .texts = {{"pytorch-lightning_version", "2"}}});
}

}  // namespace

TEST_CASE("files of either generation of FrEIA, in every layout, give the likelihoods of FrEIA itself",
          "[golden][cflow]") {
  const Reference reference;
  const TemporaryFolder folder;
  write_flow_weights(folder / "first.pth", reference.weights);
  const Scores first = reference.scores_from(folder / "first.pth", "freia_0.2");
  for (const std::string generation : {"freia_0.2", "freia_2023"}) {
    const FlowWeights weights = for_log_scale(reference.weights, generation);
    write_flow_weights(folder / "official.pth", weights);
    write_flow_weights(folder / "flat.safetensors", weights);
    write_anomalib(folder / "anomalib.ckpt", weights);
    for (const char* name : {"official.pth", "flat.safetensors", "anomalib.ckpt"}) {
      CAPTURE(generation, name);
      REQUIRE(read_flow_weights(folder / name).log_scale == (name[0] == 'a' ? "" : generation));
      const Scores scores = reference.scores_from(folder / name, generation);
      for (size_t l = 0; l < scores.grids.size(); ++l)
        REQUIRE(relative_difference(scores.grids[l].flatten(),
                                    reference.golden[fmt::format("level{}/log_likelihood_per_dim", l)]) < 1e-4);
      if (generation == "freia_0.2") REQUIRE(scores.maps.equal(first.maps));
      REQUIRE(relative_difference(scores.image_scores, first.image_scores) < 1e-5);
    }
  }
  // read as the other generation the same weights are another model, which only a file that says so can tell
  const Scores mistaken = reference.scores_from(folder / "anomalib.ckpt", "freia_0.2");
  REQUIRE(relative_difference(mistaken.grids[0].flatten(), reference.golden["level0/log_likelihood_per_dim"]) > 1e-3);
  REQUIRE_THROWS_WITH(reference.scores_from(folder / "official.pth", "freia_0.2"),
                      Contains("official.pth") && Contains("set cflow.log_scale=freia_2023"));
}

TEST_CASE("flows are written and read bit for bit, and trained further from a file", "[cflow]") {
  CflowParams params;
  params.levels = 2;
  params.blocks = 2;
  params.condition = 8;
  params.meta_epochs = 1;
  params.sub_epochs = 1;
  const Levels levels{{random_tensor({6, 3, 4, 4}, 1), random_tensor({6, 5, 3, 3}, 2), random_tensor({6, 4, 2, 2}, 3)},
                      12};
  Cflow first(params);
  first.fit(MemoryFeatures(levels), Quiet(1).context);
  const TemporaryFolder folder;
  const FlowWeights weights = flow_weights_of(first.state(), params.log_scale);
  for (const char* name : {"a.pth", "a.safetensors"}) {
    write_flow_weights(folder / name, weights);
    require_equal(read_flow_weights(folder / name).tensors, weights.tensors);
  }
  REQUIRE(weights.tensors.contains("decoders.1.module_list.1.subnet.2.bias"));
  require_equal(for_log_scale(for_log_scale(weights, "freia_2023"), "freia_2023").tensors,
                for_log_scale(weights, "freia_2023").tensors);

  params.decoders = (folder / "a.pth").string();
  params.meta_epochs = 0;
  Cflow same(params);
  same.fit(MemoryFeatures(levels), Quiet(2).context);  // the seed decides nothing
  require_equal(same.state(), first.state());
  REQUIRE(same.notes() == std::vector<std::string>{"flows: of a.pth, not trained here"});
  params.meta_epochs = 1;
  Cflow further(params);
  further.fit(MemoryFeatures(levels), Quiet(2).context);
  const std::string rotation = "level0/module_list.0.w_perm", bias = "level0/module_list.0.subnet.0.bias";
  REQUIRE(further.state().at(rotation).equal(first.state().at(rotation)));
  REQUIRE_FALSE(further.state().at(bias).equal(first.state().at(bias)));

  params.decoders.clear();
  params.meta_epochs = 0;
  REQUIRE_THROWS_WITH(Cflow(params), Contains("cflow.meta_epochs=0") && Contains("cflow.decoders=FILE"));
}

TEST_CASE("weights that do not fit are one line with every key that is wrong; damaged and foreign files are refused",
          "[cflow]") {
  const TemporaryFolder folder;
  CflowParams params;
  params.levels = 1;
  params.blocks = 2;
  params.condition = 8;
  params.meta_epochs = 1;
  params.sub_epochs = 1;
  const Levels levels{{random_tensor({4, 6, 3, 3}, 1)}, 12};
  Cflow cflow(params);
  cflow.fit(MemoryFeatures(levels), Quiet(1).context);
  const FlowWeights good = flow_weights_of(cflow.state(), "");
  params.meta_epochs = 0;
  params.decoders = (folder / "x.pth").string();
  const auto message = [&]() -> std::string {
    try {
      Cflow(params).fit(MemoryFeatures(levels), Quiet(1).context);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  const auto changed = [&](const std::function<void(TensorMap&)>& change) {
    FlowWeights weights = good;
    change(weights.tensors);
    write_flow_weights(folder / "x.pth", weights);
    return message();
  };
  REQUIRE(changed([](TensorMap&) {}) == "accepted");
  const std::string wrong = changed([](TensorMap& t) {
    t.erase("decoders.0.module_list.0.subnet.2.bias");
    t.erase("decoders.0.module_list.1.w_perm");
    t["decoders.0.module_list.0.subnet.0.weight"] = at::zeros({4, 5});
    t["decoders.1.module_list.0.global_scale"] = at::zeros({1, 6});
  });
  REQUIRE(std::count(wrong.begin(), wrong.end(), '\n') == 0);
  REQUIRE_THAT(wrong,
               Contains("x.pth: not the weights of CFLOW with 2 blocks and condition 8 on levels of 6 channels"));
  REQUIRE_THAT(wrong, Contains("2 missing, 1 misshapen and 1 unknown"));
  for (const char* key : {"0.module_list.0.subnet.2.bias", "0.module_list.1.w_perm", "0.module_list.0.subnet.0.weight",
                          "1.module_list.0.global_scale", "[4, 5]"})
    REQUIRE_THAT(wrong, Contains(key));
  REQUIRE_THAT(changed([](TensorMap& t) {
                 t["decoders.0.module_list.0.global_offset"] = at::full({1, 6}, std::nanf(""));
               }),
               Contains("decoders.0.module_list.0.global_offset' holds NaN"));
  REQUIRE_THAT(changed([](TensorMap& t) {
                 t["decoders.0.module_list.0.w_perm"] = at::ones({6, 6});
               }),
               Contains("inverse"));
  REQUIRE_THAT(changed([](TensorMap& t) { t = {{"module.conv.weight", at::zeros({1})}}; }), Contains("x.pth"));

  write_torch_checkpoint(
      folder / "x.pth",
      {.tensors_key = "state_dict", .tensors = {{"conv", at::zeros({2})}}, .numbers = {}, .texts = {}});
  REQUIRE_THAT(message(), Contains("x.pth: no flows of CFLOW"));
  write_flow_weights(folder / "x.pth", good);
  const std::string bytes = read_file(folder / "x.pth");
  for (const size_t size : {bytes.size() / 2, size_t{100}, size_t{0}}) {
    write_file_atomically(folder / "x.pth", bytes.substr(0, size));
    REQUIRE_THAT(message(), Contains("x.pth"));
  }
  std::filesystem::remove(folder / "x.pth");
  REQUIRE_THAT(message(), Contains("x.pth"));
}
