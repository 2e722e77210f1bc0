/* SPDX-License-Identifier: Apache-2.0 */
#include "base/elf.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <string.h>

static const char *const names[] = { "__asan_init", "libasan.so.8" };

/* A file with one section, the dynamic strings; all members may be spoiled. */
struct file {
	Elf64_Ehdr head;
	Elf64_Shdr section;
	char strings[64];
};

static struct file file_with(const char *strings, size_t size)
{
	struct file f = {
		.head.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
				  __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
									    : ELFDATA2MSB },
		.head.e_shoff = offsetof(struct file, section),
		.head.e_shnum = 1,
		.head.e_shentsize = sizeof(Elf64_Shdr),
		.section.sh_type = SHT_STRTAB,
		.section.sh_flags = SHF_ALLOC,
		.section.sh_offset = offsetof(struct file, strings),
		.section.sh_size = size,
	};

	memcpy(f.strings, strings, size);
	return f;
}

static const char *look(const struct file *f, size_t size)
{
	return elf_dynamic_name_in(f, size, names, 2);
}

static void a_name_is_found_whole_only(void **state)
{
	static const char whole[] = "\0puts\0__asan_init\0exit";
	static const char within[] = "\0my__asan_init\0__asan_init_v3";

	(void)state;
	struct file f = file_with(whole, sizeof(whole));
	assert_string_equal(look(&f, sizeof(f)), "__asan_init");
	f = file_with(within, sizeof(within));
	assert_null(look(&f, sizeof(f)));
	f = file_with("\0libasan.so.8", sizeof("\0libasan.so.8"));
	assert_string_equal(look(&f, sizeof(f)), "libasan.so.8");
}

static void what_is_not_loaded_does_not_count(void **state)
{
	(void)state;
	struct file f = file_with("\0__asan_init", sizeof("\0__asan_init"));
	f.section.sh_flags = 0;
	assert_null(look(&f, sizeof(f)));
}

static void a_file_that_ends_early_or_lies_holds_nothing(void **state)
{
	static const char text[] = "\0__asan_init";

	(void)state;
	struct file f = file_with(text, sizeof(text));
	for (size_t size = 0; size < offsetof(struct file, strings) + sizeof(text); size++)
		assert_null(look(&f, size));
	f.section.sh_size = UINT64_MAX;
	assert_null(look(&f, sizeof(f)));
	f.section.sh_size = sizeof(text);
	f.section.sh_offset = UINT64_MAX - 4;
	assert_null(look(&f, sizeof(f)));
	f = file_with(text, sizeof(text));
	f.head.e_shoff = UINT64_MAX - 8;
	assert_null(look(&f, sizeof(f)));
	f = file_with(text, sizeof(text));
	f.head.e_shnum = UINT16_MAX;
	assert_null(look(&f, sizeof(f)));
	f = file_with(text, sizeof(text));
	f.head.e_ident[EI_CLASS] = ELFCLASS32;
	assert_null(look(&f, sizeof(f)));
}

static void a_program_names_its_libraries(void **state)
{
	static const char *const libc[] = { "libc.so.6", "libc.so" };

	(void)state;
	assert_non_null(elf_dynamic_name("/proc/self/exe", libc, 2));
	assert_null(elf_dynamic_name("/dev/null", libc, 2));
	assert_null(elf_dynamic_name("/", libc, 2));
	assert_null(elf_dynamic_name("/nowhere", libc, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_whole_only),
		cmocka_unit_test(what_is_not_loaded_does_not_count),
		cmocka_unit_test(a_file_that_ends_early_or_lies_holds_nothing),
		cmocka_unit_test(a_program_names_its_libraries),
	};

	return cmocka_run_group_tests_name("base/elf", tests, NULL, NULL);
}
