/* SPDX-License-Identifier: GPL-2.0 */
extern const int bpf_prog_active __ksym;
