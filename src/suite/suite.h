/* SPDX-License-Identifier: Apache-2.0 */
/* suite/suite.h - loads the tests of sources, chooses among them, and runs them. */
#ifndef SUITE_SUITE_H
#define SUITE_SUITE_H

#include "suite/choose.h"
#include "suite/quarantine.h"
#include "suite/rundir.h"
#include "suite/runner.h"
#include "suite/select.h"
#include "suite/source.h"

#endif
