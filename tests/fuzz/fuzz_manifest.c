/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds a manifest.  Its sources are looked for in a folder that holds only it. */
#include "fuzz_file.h"

#include <stdbool.h>

#include "suite/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A source may name any file of this host: some never end, and globs of the
 * root take long. */
static bool is_far(const uint8_t *data, size_t size)
{
	const uint8_t *from = memmem(data, size, "from", 4);
	const size_t rest = from ? size - (size_t)(from - data) : 0;

	return from && (memchr(from, '/', rest) || memmem(from, rest, "..", 2) ||
			memmem(from, rest, "~", 1) || memmem(from, rest, ":-", 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iso_err err = ISO_ERR_INIT;
	struct suite_settings settings;
	struct test_suite s;
	char path[64];

	if (is_far(data, size))
		return -1;
	snprintf(path, sizeof(path), "%s/isorun.ini", fuzz_make_dir());
	fuzz_write(path, "", 0, data, size);
	assert(test_suite_init(&s) == 0);
	suite_settings_init(&settings);
	if (source_load(path, &s, &settings, &err) < 0)
		assert(err.text[0] && err.kind == ISO_ERR_USAGE);
	else
		for (size_t i = 0; i < s.n_tests; i++)
			assert(s.tests[i]->id && s.tests[i]->argv[0] && s.tests[i]->cwd[0] == '/');
	suite_settings_fini(&settings);
	test_suite_fini(&s);
	return 0;
}
