#pragma once
#include <nlohmann/json.hpp>

#include <string>

#include "benchmarks/cells/cell.h"
#include "benchmarks/plan/cell_settings.h"
#include "benchmarks/plan/plan.h"
#include "datasets/fingerprint.h"

namespace adrep {

/// What determines a cell, made of the settings' declared roles and the contents of the files that they name.
///
/// The key has three sections, each with what is new in it: "fit" determines the fitted detector, "fit" and "scores"
/// the scores and maps of the test images, all three the cell. Settings stand in it under their names, of a file its
/// SHA-256; what decides nothing with the other settings stands nowhere. Besides settings there are the class, its
/// images ("train", "test", "data": datasets/fingerprint.h) and versions of the arithmetic ("version.detector",
/// "version.features", "version.backbone", "version.protocol").
///
/// A model of all classes (`classes_together`) has no class in "fit" but all of them under "classes_together".
CellKey cell_key(const PlannedCell& planned, const std::string& layout, const Fingerprints& prints);

/// All parameters of a detector by name: the given ones, else the defaults.
nlohmann::json parameters_of(const std::string& detector, const RawParams& given);

/// Text of all that a group of cells has in common: data, geometry, backbone and references, by declared roles.
std::string group_text(const RunConfig& config, const std::string& detector);

/// Text of all that one fitted detector depends on, but for its images: by declared roles.
std::string fit_text(const RunConfig& config, const std::string& detector, const std::string& features);

/// Text of what makes a loaded backbone another one.
std::string backbone_text(const RunConfig& config);

/// Text of what makes the features of a class's images others, but for how they are read, which follows from the data
/// set.
std::string images_text(const RunConfig& config, const Dataset& dataset, const ClassGeometry& part);

/// What is recorded beside a cell: adrep's and LibTorch's version, device, threads, batch.
nlohmann::json run_environment(const RunSettings& settings);

}  // namespace adrep
