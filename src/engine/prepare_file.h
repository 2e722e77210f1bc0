/* SPDX-License-Identifier: Apache-2.0 */
/* engine/prepare_file.h - the cache file of prepared bytes: its form, and what it depends on. */
#ifndef ENGINE_PREPARE_FILE_H
#define ENGINE_PREPARE_FILE_H

#include "base/buf.h"
#include "engine/prepare.h"

/* The file, text but for the blobs at its end:
 *
 *   isorun-prepared FORMAT VERSION BOOT_ID
 *   profile NAME
 *   policy NAME                       the seccomp policy asked for; "-": the profile's
 *   searched TEXT                     see prepare.h
 *   file MTIME_NS CTIME_NS SIZE INODE PATH  the program that made it; each file it read
 *   absent PATH                       a file that would have been read first
 *   spec SECTION KEY VALUE            in order, as spec_set takes them
 *   place BYTES                       then as many bytes: cg_place_to_text
 *   bpf BYTES                         then as many bytes
 *   lo BYTES                          then as many bytes
 *   end
 */
enum { PREPARED_FORMAT = 4 };

/* The path of the cache file.  Heap, NULL: no memory. */
char *prepared_path(const char *runtime_dir, const struct prepare_wish *wish);

/* The first line. */
void prepared_head(struct buf *b);

/* One "file" or "absent" line for a path as it is now.  The change time, which
 * nobody can set, moves with every change of content.  *ret_new says whether the
 * file is so new that a change within the clock's step may yet come; may be NULL. */
void prepared_stamp(struct buf *b, const char *path, bool *ret_new);

/* The spec gets the bytes of its policy. */
void prepared_tie(struct prepared *p);

#endif
