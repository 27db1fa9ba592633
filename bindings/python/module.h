#pragma once
#include <nanobind/nanobind.h>

namespace adrep::python {

/// Each adds one part of adrep._adrep, which the package adrep wraps: what is here is not for users.
void add_metrics(nanobind::module_& module);
void add_model(nanobind::module_& module);
void add_backbone(nanobind::module_& module);
void add_results(nanobind::module_& module);
void add_messages(nanobind::module_& module);

}  // namespace adrep::python
