#pragma once
#include "datasets/dataset.h"

/// Layout "mpdd": the Metal Parts Defect Detection data set (protocol §2), laid out as MVTec AD (mvtec_ad.h) and told
/// from it by the names of its six classes: a tree all of whose classes bear one of these names.
