/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the reader of programs, which looks at whatever a test is. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "__asan_init", "x" };
	const char *found = elf_dynamic_name_in(data, size, names, 2);

	assert(!found || memmem(data, size, found, strlen(found) + 1));
	return 0;
}
