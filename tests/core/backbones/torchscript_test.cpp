#include "core/backbones/torchscript.h"

#include <torch/csrc/jit/api/module.h>

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/io/checkpoint_builder.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// A script with one 1x1 convolution `w` and this body of forward(self, x).
std::filesystem::path saved_script(const TemporaryFolder& folder, const std::string& body, bool normalisation = false) {
  torch::jit::Module module("Net");
  module.register_parameter("w", random_tensor({5, 3, 1, 1}, 3), false);
  if (normalisation) {
    module.register_attribute("mean", c10::ListType::ofFloats(), std::vector<double>{0.1, 0.2, 0.3});
    module.register_buffer("std", at::tensor({0.5, 0.6, 0.7}));
  }
  module.define("def forward(self, x):\n" + body);
  const std::filesystem::path file = folder / "net.pt";
  module.save(file.string());
  return file;
}

std::unique_ptr<Backbone> loaded(const std::filesystem::path& file, const BackboneOptions& options = {}) {
  const BackboneEntry entry = find_backbone("torchscript:" + file.string());
  return entry.load(find_weights(entry, {}), options);
}

const std::string two_levels =
    "    a = torch.conv2d(x, self.w)\n"
    "    return a, torch.avg_pool2d(a, [2, 2])\n";

}  // namespace

TEST_CASE("a TorchScript backbone gives its outputs as levels, in their order", "[backbone]") {
  const TemporaryFolder folder;
  const auto model = loaded(saved_script(folder, two_levels));
  const at::Tensor images = random_tensor({2, 3, 8, 6}, 5);
  const Levels levels = model->forward(images);
  REQUIRE(levels.count() == 2);
  CHECK(relative_difference(levels[0], at::conv2d(images, random_tensor({5, 3, 1, 1}, 3))) < 1e-6);
  CHECK(relative_difference(levels[1], at::avg_pool2d(levels[0], 2)) < 1e-6);
  const auto shapes = model->shapes(8, 6);
  CHECK((shapes[1].channels == 5 && shapes[1].height == 4 && shapes[1].width == 3));
  CHECK(model->info().parameters == 15);
  CHECK(model->info().mean[0] == 0.485);
  CHECK(model->trainable_parameters().empty());
}

TEST_CASE("a list, a single tensor and the input normalisation of a TorchScript file", "[backbone]") {
  const TemporaryFolder folder;
  CHECK(loaded(saved_script(folder, "    return [x, x, x]\n"))->forward(at::zeros({1, 3, 4, 4})).count() == 3);
  const auto model = loaded(saved_script(folder, "    return x\n", true));
  CHECK(model->forward(at::zeros({1, 3, 4, 4})).count() == 1);
  CHECK(model->info().mean == std::array<double, 3>{0.1, 0.2, 0.3});
  CHECK(std::abs(model->info().std[2] - 0.7) < 1e-6);
}

TEST_CASE("a trainable TorchScript backbone has gradients", "[backbone]") {
  const TemporaryFolder folder;
  const auto model = loaded(saved_script(folder, two_levels), {.trainable = true});
  model->forward(random_tensor({1, 3, 4, 4}, 1))[1].sum().backward();
  REQUIRE(model->trainable_parameters().contains("w"));
  CHECK(model->trainable_parameters().at("w").grad().abs().sum().item<double>() > 0);
}

TEST_CASE("what is no TorchScript backbone is refused", "[backbone]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(loaded(saved_script(folder, "    return x.sum()\n"))->shapes(8, 8), Contains("[B, C, H, W]"));
  CHECK_THROWS_WITH(loaded(saved_script(folder, "    return x[:, :, 9:].view([7])\n"))->shapes(8, 8),
                    Contains("the script failed"));
  write_file_atomically(folder / "text.pt", "not an archive");
  CHECK_THROWS_WITH(loaded(folder / "text.pt"), Contains("not a TorchScript archive"));
  test::write(folder / "net.pt2", zip({{"net/archive_format", "pt2"}}));
  CHECK_THROWS_WITH(loaded(folder / "net.pt2"), Contains("net.pt2: is a .pt2 archive") && Contains("torch.jit.save"));
  CHECK_THROWS_WITH(loaded(folder / "missing.pt"), Contains("no such file"));
  CHECK_THROWS_WITH(find_backbone("torchscript:"), Contains("torchscript:FILE"));
  CHECK_THROWS_WITH(find_backbone("resnet81"), Contains("resnet18"));
}

TEST_CASE("a TorchScript file says where its normalisation comes from", "[backbone]") {
  const TemporaryFolder folder;
  CHECK(loaded(saved_script(folder, "    return x\n", true))->info().normalisation_from == "the script's own");
  CHECK_THAT(loaded(saved_script(folder, "    return x\n"))->info().normalisation_from,
             Contains("ImageNet's mean and std: the script has no mean and std") && Contains("preserved_attrs"));
}

TEST_CASE("a script that is fixed to a size or a type says which goes through", "[backbone]") {
  const TemporaryFolder folder;
  const auto fixed = loaded(saved_script(folder, "    return x.view([-1, 3, 224, 224])\n"));
  CHECK(fixed->shapes(224, 224).size() == 1);
  CHECK_THROWS_WITH(fixed->shapes(64, 64), Contains("net.pt: the script takes images of 224x224 and not of 64x64") &&
                                               Contains("image.crop=224") && !Contains("\n"));
  // a constant keeps its type (6: float32) where parameters change theirs
  const auto frozen = saved_script(folder, "    return torch.conv2d(x, torch.ones([5, 3, 1, 1], dtype=6))\n");
  CHECK(loaded(frozen)->shapes(64, 64).size() == 1);
  CHECK_THROWS_WITH(loaded(frozen, {.precision = Precision::bf16})->shapes(64, 64),
                    Contains("fails in bf16 and not in fp32") && Contains("precision=fp32"));
}
