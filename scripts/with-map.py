#!/usr/bin/python3
# with-map.py COMMAND...: run COMMAND with a BPF map as its standard input.
#
# libbpf 1.8's bpf_program__clone(), by which veristat loads programs, passes
# fd_array_cnt where the object's own load does not. The kernel then wants a map
# or a BTF behind each fd of the array, and fd_array[0], never used, is 0: no
# program of an object that uses a module's kfunc would load.
import ctypes, os, struct, sys

SYS_bpf, BPF_MAP_CREATE, BPF_MAP_TYPE_ARRAY = 321, 0, 2
attr = struct.pack("4I", BPF_MAP_TYPE_ARRAY, 4, 4, 1)	# key, value, entries
fd = ctypes.CDLL(None).syscall(SYS_bpf, BPF_MAP_CREATE, attr, len(attr))
if fd < 0:
    sys.exit("no map")
os.dup2(fd, 0)
os.execvp(sys.argv[1], sys.argv[1:])
