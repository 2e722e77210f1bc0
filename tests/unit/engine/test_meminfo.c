/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/meminfo.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"

static const char host[] = "MemTotal:       24684084 kB\n"
			   "MemFree:        19922880 kB\n"
			   "MemAvailable:   21955044 kB\n"
			   "Active(anon):     850748 kB\n"
			   "SwapFree:           1024 kB\n"
			   "CommitLimit:    12342040 kB\n"
			   "HugePages_Total:       3\n"
			   "Hugepagesize:       2048 kB\n"
			   "DirectMap4k:       30720 kB\n";

static void what_may_be_used_is_shown_as_a_machine_s_own(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	meminfo_shown(host, UINT64_C(300) << 20, &b);
	assert_string_equal(b.data, "MemTotal:         307200 kB\n"
				    "MemFree:          306176 kB\n"
				    "MemAvailable:     306176 kB\n"
				    "Active(anon):          0 kB\n"
				    "SwapFree:              0 kB\n"
				    "CommitLimit:      307200 kB\n"
				    "HugePages_Total:        0\n"
				    "Hugepagesize:       2048 kB\n"
				    "DirectMap4k:       30720 kB\n");
}

static void never_more_than_the_host_has(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	meminfo_shown("MemTotal:       100 kB\nMemFree:   1 kB\n", UINT64_MAX, &b);
	assert_string_equal(b.data, "MemTotal:            100 kB\n"
				    "MemFree:              50 kB\n");
}

static void what_is_not_understood_is_left_out(void **state)
{
	(void)state;
	_cleanup_buf_ struct buf b = BUF_INIT;
	meminfo_shown("no colon here\n\nMemFree: 1 kB\n"
		      "AVeryLongNameThatNoKernelOfTodayHas: 1 kB\nhalf a line", 4096, &b);
	assert_string_equal(b.data, "MemFree:               2 kB\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_be_used_is_shown_as_a_machine_s_own),
		cmocka_unit_test(never_more_than_the_host_has),
		cmocka_unit_test(what_is_not_understood_is_left_out),
	};
	return cmocka_run_group_tests_name("engine/meminfo", tests, NULL, NULL);
}
