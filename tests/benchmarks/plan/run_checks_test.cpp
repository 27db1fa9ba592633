#include "benchmarks/plan/run_checks.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "datasets/tree.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::string checking_run(const test::Tree& tree, std::vector<std::string> words) {
  words.push_back("detector=feature_norm");
  words.push_back("data=" + tree.path().string());
  return test::input_error([&] { check_run(make_plan(resolve_run(read_config({}, words)))); });
}

}  // namespace

TEST_CASE("results inside the data folder are refused, however the paths are written", "[plan]") {
  test::Tree tree;
  test::add_small_class(tree, "nut");
  const test::Tree outside;
  const std::string beside = tree.path().string() + "-results";
  CHECK(checking_run(tree, {"output=" + (outside / "results").string()}) == "nothing thrown");
  CHECK(checking_run(tree, {"output=" + beside}) == "nothing thrown");
  outside.link("data", tree.path());
  for (const fs::path& inside : {tree / "results", tree / "nut/../results/a", tree.path(), outside / "data/results"})
    CHECK_THAT(checking_run(tree, {"output=" + inside.string()}), Contains("lies inside the data folder"));
  const fs::path before = fs::current_path();
  fs::current_path(tree.path());
  const std::string inside = checking_run(tree, {}), above = checking_run(tree, {"output=../results"});
  fs::current_path(before);
  CHECK_THAT(inside, Contains("output=results lies inside the data folder"));
  CHECK(above == "nothing thrown");
  CHECK_THROWS_WITH(refuse_output_inside(tree.path(), (tree / "a").string(), "--masks "),
                    Catch::StartsWith("--masks " + (tree / "a").string() + " lies inside the data folder"));
}

TEST_CASE("a class without normal test images is refused before anything is computed", "[plan]") {
  test::Tree tree;
  test::add_small_class(tree, "nut");
  test::add_small_class(tree, "bolt");
  const test::Tree outside;
  const std::string output = "output=" + (outside / "results").string();
  fs::remove(tree / "nut/test/good/000.png");
  CHECK_THAT(checking_run(tree, {output}), Contains("class 'nut': no normal test images"));
  CHECK(checking_run(tree, {output, "classes=bolt"}) == "nothing thrown");
  CHECK(checking_run(tree, {output, "split.folds=2"}) == "nothing thrown");
  fs::remove_all(tree / "nut/train");  // another problem, which fails the class alone
  CHECK(checking_run(tree, {output}) == "nothing thrown");
}
