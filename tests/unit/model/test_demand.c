/* SPDX-License-Identifier: Apache-2.0 */
#include "model/demand.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void each_origin_has_the_name_that_reports_print(void **state)
{
	(void)state;
	assert_string_equal(demand_origin_name(DEMAND_DEFAULT), "default");
	assert_string_equal(demand_origin_name(DEMAND_SIBLING), "sibling");
	assert_string_equal(demand_origin_name(DEMAND_HISTORY), "history");
	assert_string_equal(demand_origin_name(DEMAND_OOM), "oom");
	assert_string_equal(demand_origin_name(DEMAND_DECLARED), "declared");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_origin_has_the_name_that_reports_print),
	};

	return cmocka_run_group_tests_name("model/demand", tests, NULL, NULL);
}
