#!/bin/bash
# Records what xl 4.17 says: how the files of golden/ were made, kept to tell where they are from.
# It is run in dom0 of a real Xen host that has /guest/vmlinuz and /guest/initrd (a PV kernel and a
# small guest that runs until it is told to stop), a bridge xenbr0, and no other guests. What it
# writes lands in $R. golden.ts describes the format and reads it.
# $PART is 1 or 2: two halves that can be made side by side; all when it is empty.
R=${R:-/results/golden}
mkdir -p "$R"

# gold FILE ARG...: runs `xl ARG...` and adds what it said to FILE. No ARG may have a blank in it.
gold() {
  local file=$R/$1.txt rc arg
  shift
  timeout "${LIMIT:-60}" xl "$@" </dev/null >/tmp/gold.out 2>/tmp/gold.err
  rc=$?
  {
    [ -s "$file" ] && echo
    [ -n "$STATE" ] && echo "# $STATE"
    printf '$ xl'
    for arg; do if [ -n "$arg" ]; then printf ' %s' "$arg"; else printf " ''"; fi; done
    printf '\nexit %s\n' "$rc"
    lines out </tmp/gold.out
    lines err </tmp/gold.err
  } >>"$file"
}
# Each line after its stream and a bar; `out-|` is a last line without a line feed.
lines() {
  local line
  while IFS= read -r line; do printf '%s|%s\n' "$1" "$line"; done
  [ -z "$line" ] || printf '%s-|%s\n' "$1" "$line"
}
# each FILE VERB ARG...: one case for each word
usage() {
  local verb=$1
  gold "$verb" "$verb"
  gold "$verb" "$verb" --nonsense
  gold "$verb" "$verb" -Q
  gold "$verb" "$verb" --help
  gold "$verb" "$verb" -h
  gold "$verb" help "$verb"
}
config() { # config NAME [LINE...]
  {
    printf 'name = "%s"\ntype = "pv"\nkernel = "/guest/vmlinuz"\nramdisk = "/guest/initrd"\n' "$1"
    printf 'extra = "console=hvc0 quiet mitigations=off"\nmemory = 128\nvcpus = 1\n'
    shift
    for line; do printf '%s\n' "$line"; done
  }
}
up() { local i=0; until grep -aq GUEST-UP "/var/log/xen/console/guest-$1.log" 2>/dev/null || [ $i -gt 300 ]; do sleep 0.2; i=$((i + 1)); done; sleep 2; }
# make NAME: starts a guest and waits until it is up
make() { rm -f "/var/log/xen/console/guest-$1.log"; xl create "/tmp/$1.cfg" >/dev/null 2>&1; up "$1"; }
# alive WHAT: makes pv1 anew if it did not survive WHAT
alive() { xl list pv1 >/dev/null 2>&1 || { say "gone after $*"; make pv1; }; }
say() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }

for d in a b; do { echo "DISK-$d"; dd if=/dev/zero bs=1M count=8; } >/tmp/$d.img 2>/dev/null; done
config pv1 "uuid = '11111111-1111-4111-8111-111111111111'" "maxvcpus = 2" "maxmem = 160" \
  "disk = [ 'format=raw,vdev=xvda,access=rw,target=/tmp/a.img' ]" \
  "vif = [ 'mac=00:16:3e:aa:bb:cc,bridge=xenbr0' ]" >/tmp/pv1.cfg
config pv2 "uuid = '22222222-2222-4222-8222-222222222222'" >/tmp/pv2.cfg

if [ "$PART" != 2 ]; then
say none
STATE='no guest'
gold general
gold general help
gold general --help
gold general -h
gold general nonsense
gold general help nonsense
gold general help list
gold general -Q list
gold general --nonsense list
gold general -v
gold general -N
gold general -v domid Domain-0
gold general -vvv domid Domain-0
gold general -N list
gold general -N pause nosuch
gold general -f list
gold general -t list
gold general -T list
gold general -vfNtT nonsense
gold list list
gold vm-list vm-list
gold vcpu-list vcpu-list
gold uptime uptime
gold sched-credit2 sched-credit2
gold shutdown shutdown -a
gold shutdown shutdown -aw
gold reboot reboot -a
gold block-list block-list Domain-0
gold network-list network-list Domain-0
xl dmesg -c >/dev/null

say create
for v in create; do usage $v; done
gold create create /nonexistent.cfg
gold create create /tmp/pv1.cfg nonsense
gold create create -n /tmp/pv1.cfg
gold create create --dryrun /tmp/pv2.cfg
gold create -N create /tmp/pv2.cfg
gold create -N create -q /tmp/pv2.cfg
gold create create -n -d /tmp/pv2.cfg
printf 'name = "bad"\nmemory = \n' >/tmp/syntax.cfg
gold create create /tmp/syntax.cfg
config x | grep -v '^name' >/tmp/noname.cfg
gold create create /tmp/noname.cfg
config x 'memory = "lots"' >/tmp/badmem.cfg
gold create create /tmp/badmem.cfg
config x 'vcpus = 3' 'maxvcpus = 2' >/tmp/badcpus.cfg
gold create create /tmp/badcpus.cfg
config x 'on_crash = "explode"' >/tmp/badaction.cfg
gold create create /tmp/badaction.cfg
config x 'uuid = "zz"' >/tmp/baduuid.cfg
gold create create /tmp/baduuid.cfg
config x "disk = [ 'nonsense=1' ]" >/tmp/baddisk.cfg
gold create create /tmp/baddisk.cfg
config x "disk = [ 'format=raw,vdev=xvda,access=rw,target=/nonexistent.img' ]" >/tmp/nodisk.cfg
gold create create /tmp/nodisk.cfg
config x "vif = [ 'nonsense=1' ]" >/tmp/badvif.cfg
gold create create /tmp/badvif.cfg
xl destroy x
config x 'type = "nonsense"' >/tmp/badtype.cfg
gold create create /tmp/badtype.cfg
config x 'kernel = "/nonexistent"' >/tmp/nokernel.cfg
gold create create /tmp/nokernel.cfg
config x 'kernel = "/etc/passwd"' >/tmp/badkernel.cfg
gold create create /tmp/badkernel.cfg
config x 'memory = 90000' >/tmp/nomem.cfg
gold create create /tmp/nomem.cfg
gold create create -p /tmp/pv1.cfg
STATE='pv1 is paused'
gold create create /tmp/pv1.cfg
gold create create -q /tmp/pv1.cfg
gold create create /tmp/pv1.cfg "name='pv9'"
# It had the UUID of pv1, and takes what /vm has of that with it.
xl destroy pv9
xl destroy pv1
xl create -p -q /tmp/pv1.cfg
gold create create /tmp/pv2.cfg "name='x'" "memory=0"
gold create create -p -q /tmp/pv2.cfg
xl unpause pv1
else
xl create -q /tmp/pv1.cfg
xl create -p -q /tmp/pv2.cfg
fi

say questions
STATE='pv1 runs; pv2 is paused'
up pv1
if [ "$PART" != 2 ]; then
for v in list vcpu-list vm-list uptime info domid domname sched-credit2 block-list network-list dmesg top; do
  say $v
  case $v in
    list | vm-list | vcpu-list | uptime | info | dmesg | sched-credit2)
      gold $v $v --nonsense; gold $v $v -Q; gold $v $v --help; gold $v $v -h; gold $v help $v ;;
    top) gold $v $v --nonsense; gold $v $v -Q; gold $v $v --help; gold $v $v -h; gold $v help $v ;;
    *) usage $v ;;
  esac
done
for words in '' pv1 1 0 Domain-0 -l '-l pv1' '-l pv2' --long -v '-v pv1' -c -n -Z '-v -c' -vc -vn -vcn -cn -vcnZ -lv '-n pv1' '-c pv1' '-Z pv1' \
  --verbose --cpupool --numa --context 'pv1 pv2' nosuch 99 '-l nosuch' '-l 99' '-v 99' 99999 70000 -1; do gold list list $words; done
gold list list ''
for words in '' pv1 1 'pv1 pv2' nosuch 99 'pv1 nosuch' 'pv1 99' 0; do gold vcpu-list vcpu-list $words; done
for words in '' pv1; do gold vm-list vm-list $words; done
for words in '' pv1 1 'pv1 pv2' -s '-s pv1' --short nosuch 99 '-s nosuch' 'pv1 nosuch' 0; do gold uptime uptime $words; done
for words in '' -n --numa xen_version nosuchfield '-n xen_version' 'xen_version host' nr_cpus free_memory virt_caps; do gold info info $words; done
for words in pv1 1 0 99 nosuch pv2 'pv1 pv2' Domain-0; do gold domid domid $words; gold domname domname $words; done
for words in pv1 1 pv2 'pv1 pv2' nosuch 99 'nosuch pv1' 'pv1 nosuch' 0; do gold block-list block-list $words; gold network-list network-list $words; done
for words in '' '-d pv1' '-d 1' '-d nosuch' '-d 99' -s '-s -r 1000' '-p Pool-0' '-p nosuch' pv1 '-w 300' '-d pv1 -s' '-d pv1 -p Pool-0' \
  '-d pv1 -w 512' '-d pv1 -c 50' '-d pv1' '-d pv1 -w 300 -c 10' '-d pv1' '-d pv1 -w 0' '-d pv1 -w 70000' '-d pv1 -w x' '-d pv1 -c x' \
  '-d pv1 -c -1' '-d pv1 -c 70000' '-d pv1 -w 256 -c 0' '-d Domain-0' '--domain=pv1 --weight=256' '-d pv1 -p nosuch' '-d 99 -w 256'; do
  gold sched-credit2 sched-credit2 $words
done
gold top top -b -i 1
xl dmesg -c >/dev/null
gold dmesg dmesg
gold dmesg dmesg extra
gold dmesg dmesg -c
gold dmesg dmesg --clear

say words
for v in destroy shutdown reboot pause unpause rename mem-set mem-max vcpu-set vcpu-pin console trigger sysrq dump-core config-update \
  block-attach block-detach network-attach network-detach cd-insert cd-eject save restore migrate; do
  usage $v
done
for v in destroy shutdown reboot pause unpause; do
  gold $v $v nosuch; gold $v $v 99; gold $v $v pv1 pv2 nosuch extra
  # An empty name is domain 0 to xl: `xl reboot ''` reboots the host.
  alive $v
done
gold destroy destroy 0
gold destroy destroy Domain-0
LIMIT=8 gold shutdown shutdown -a pv1
LIMIT=8 gold reboot reboot -a pv1
gold shutdown shutdown -w nosuch
xl list >/results/list-1.txt
fi
[ "$PART" = 1 ] && exit
alive
say verbs
pv1=$(xl domid pv1)
gold pause pause pv1
STATE='pv1 and pv2 are paused' gold pause pause pv1
STATE='pv1 and pv2 are paused' gold list list
STATE='pv1 and pv2 are paused' gold vcpu-list vcpu-list
STATE='pv1 and pv2 are paused' gold unpause unpause pv1
gold unpause unpause pv1
gold pause pause "$pv1"
gold unpause unpause "$pv1"
for words in 'pv1 pv2' 'pv1 pv1' 'nosuch x' '99 x' pv1 'pv1 a/b' 'a/b pv1' 'pv1 17' '17 pv1' 'pv1 x y' 'x pv1' 'pv1 renamed'; do
  gold rename rename $words
  # A name of digits is taken for a domid: only by the number is there a way back.
  case $words in *renamed) ;; *) xl rename "$pv1" pv1 ;; esac
done
STATE='the guest pv1 is called renamed' gold list list
xl rename "$pv1" pv1
gold rename rename pv1 ''
STATE='the guest pv1 has an empty name' gold list list
xl rename "$pv1" pv1
for words in 'pv1 100' 'pv1 120m' 'pv1 131072k' 'pv1 0' 'pv1 x' 'pv1 -5' 'pv1 99999' 'pv1 10000000t' 'pv1 60x' 'nosuch 64' '99 64' pv1 'pv1 128 5' 'pv1 128' 'pv1 150' 'pv1 128'; do
  gold mem-set mem-set $words
  case $words in *' 0') sleep 4 ;; esac
  alive mem-set $words
done
for words in 'pv1 192' 'pv1 200m' 'pv1 0' 'pv1 x' 'pv1 -5' 'pv1 99999' 'nosuch 64' '99 64' pv1 'pv1 1' 'pv1 160'; do gold mem-max mem-max $words; alive mem-max $words; done
STATE='after mem-max pv1 160' gold list list -l pv1
for words in 'pv1 2' 'pv1 1' 'pv1 0' 'pv1 3' 'pv1 99' 'pv1 x' 'pv1 -1' '-i pv1 1' '-i pv1 99' 'nosuch 1' '99 1' pv1 'pv2 1' 'pv1 1x'; do gold vcpu-set vcpu-set $words; alive vcpu-set $words; done
STATE='pv1 has one of two vcpus' gold vcpu-list vcpu-list pv1
for words in 'pv1 0 0' 'pv1 0 0-1' 'pv1 all 0' 'pv1 0 - 0' 'pv1 0 0 1' 'pv1 0 all' 'pv1 0 99' 'pv1 0 bad' 'pv1 9 0' 'pv1 x 0' 'pv1 0 1-0' 'pv1 0 ^0' 'pv1 0 0-1,^0' \
  'pv1 0 nodes:0' 'pv1 0 node:9' '-f pv1 0 0' '--force pv1 0 all' 'nosuch 0 0' '99 0 0' pv1 'pv1 0' 'pv1 all all' 'pv1 0 - -' 'pv1 0 all all' 'pv1 -1 0' 'pv1 0 none'; do
  gold vcpu-pin vcpu-pin $words
done
gold vcpu-pin -N vcpu-pin pv1 0 0
gold vcpu-pin vcpu-pin pv1 0 0
STATE='after vcpu-pin pv1 0 0' gold vcpu-list vcpu-list pv1
gold vcpu-pin vcpu-pin pv1 0 all 1
STATE='after vcpu-pin pv1 0 all 1' gold vcpu-list vcpu-list pv1
xl vcpu-pin pv1 all all all
for words in 'pv1 h' 'pv1 hh' pv1 'nosuch h' '99 h' '99 hh' 'nosuch hh' 'pv1 h x'; do gold sysrq sysrq $words; alive sysrq $words; done
for words in 'pv1 nonsense' 'pv1 s3resume' 'pv1 power' 'pv1 sleep' 'pv1 nmi 99' 'pv1 nmi x' 'pv1 init' 'pv1 reset 0' 'nosuch nmi' '99 nmi' 'nosuch nonsense' pv1 'pv2 nmi' 'pv2 nmi 0'; do
  gold trigger trigger $words
  sleep 1
  alive trigger $words
done
xl list >/results/list-2.txt
for words in 'pv2 /tmp/core' 'pv1 /tmp/core.pv1' 'pv1 /nonexistent/core' 'nosuch /tmp/core2' '99 /tmp/core2' pv1 'pv2 /tmp/core x'; do gold dump-core dump-core $words; done
ls -l /tmp/core* >/results/core.txt; head -c 512 /tmp/core.pv1 | xxd >>/results/core.txt; rm -f /tmp/core*
for words in 'nosuch' 99 pv1 '-n 5 pv1' '-t nonsense pv1' '-t serial pv1' '-t pv -n 0 pv2' '-n x pv1' 'pv1 extra'; do LIMIT=8 gold console console $words; done
for words in pv1 'pv1 /tmp/pv1.cfg' 'pv1 /nonexistent.cfg' 'pv1 /tmp/syntax.cfg' 'nosuch /tmp/pv1.cfg' '99 /tmp/pv1.cfg' 'pv1 /tmp/pv1.cfg memory=120' 'pv1 memory=120' 'pv1 /tmp/pv1.cfg nonsense'; do
  gold config-update config-update $words
done
gold config-update -N config-update pv1 /tmp/pv1.cfg

say devices
b=format=raw,vdev=xvdb,access=ro,target=/tmp/b.img
gold block-attach -N block-attach pv1 $b
for words in "pv1 $b" "pv1 $b" 'pv1 nonsense=1' 'pv1 target=/tmp/b.img' 'pv1 vdev=xvdc' 'pv1 format=raw,vdev=xvdc,access=ro,target=/nonexistent.img' \
  'pv1 format=raw,vdev=nonsense,target=/tmp/b.img' 'pv1 format=nonsense,vdev=xvdc,target=/tmp/b.img' 'pv1 phy:/tmp/b.img xvdc w' \
  "nosuch $b" "99 $b" pv1 "pv1 format=raw,vdev=xvdd,backend=nosuch,target=/tmp/b.img"; do
  gold block-attach block-attach $words
done
STATE='after block-attach' gold block-list block-list pv1
STATE='after block-attach' gold list list -l pv1
for words in 'pv1 xvdb' 'pv1 xvdb' 'pv1 51744' 'pv1 xvdz' 'pv1 nonsense' 'pv1 99' 'nosuch xvda' '99 xvda' pv1 '--force pv1 xvdb' 'pv1 xvda x y'; do gold block-detach block-detach $words; done
STATE='after block-detach' gold block-list block-list pv1
gold network-attach -N network-attach pv1 mac=00:16:3e:00:00:01,bridge=xenbr0
for words in 'pv1 mac=00:16:3e:00:00:01 bridge=xenbr0' 'pv1 mac=00:16:3e:00:00:01 bridge=xenbr0' 'pv1 nonsense=1' 'pv1 mac=zz' 'pv1 bridge=nobridge' 'pv1 rate=x' 'pv1 type=nonsense' \
  'nosuch bridge=xenbr0' '99 bridge=xenbr0' pv1 'pv1 nonsense'; do
  gold network-attach network-attach $words
done
STATE='after network-attach' gold network-list network-list pv1
STATE='after network-attach' gold network-list network-list pv1 pv2
for words in 'pv1 00:16:3e:00:00:01' 'pv1 1' 'pv1 9' 'pv1 zz' 'pv1 00:16:3e:ff:ff:ff' 'nosuch 0' '99 0' pv1 '--force pv1 9' 'pv1 2' 'pv1 3'; do gold network-detach network-detach $words; done
STATE='after network-detach' gold network-list network-list pv1
for words in 'pv1 hdc /tmp/b.img' 'pv1 xvda /tmp/b.img' 'pv1 xvdz /tmp/b.img' 'nosuch hdc /tmp/b.img' '99 hdc /tmp/b.img' 'pv1 hdc'; do gold cd-insert cd-insert $words; done
gold cd-insert -N cd-insert pv1 hdc /tmp/b.img
for words in 'pv1 hdc' 'pv1 xvda' 'nosuch hdc' '99 hdc' pv1; do gold cd-eject cd-eject $words; done
gold cd-eject -N cd-eject pv1 hdc

say ends
gold destroy destroy pv2
gold create create -F /tmp/pv2.cfg "extra='console=hvc0 quiet mitigations=off poweroff'"
STATE='pv1 runs'
rm -f /var/log/xen/console/guest-pv1.log
LIMIT=100 gold reboot reboot pv1
sleep 15
up pv1
xl list >/results/list-3.txt
gold shutdown shutdown -F pv1
sleep 4
make pv1
gold shutdown shutdown -w pv1
make pv1; make pv2
STATE='pv1 and pv2 run' gold shutdown shutdown -aw
config pv3 "on_poweroff = 'preserve'" >/tmp/pv3.cfg
STATE='no guest' gold create create /tmp/pv3.cfg
up pv3
STATE='pv3 runs, with on_poweroff preserve' gold shutdown shutdown -w pv3
STATE='pv3 has shut itself down and is kept'
for words in '' -v; do gold list list $words; done
gold vcpu-list vcpu-list
LIMIT=8 gold shutdown shutdown pv3
LIMIT=8 gold reboot reboot pv3
gold pause pause pv3
gold unpause unpause pv3
gold mem-set mem-set pv3 100
gold vcpu-set vcpu-set pv3 1
gold sysrq sysrq pv3 h
LIMIT=8 gold console console pv3
gold destroy destroy pv3
gold destroy destroy -f nosuch
say paused
STATE='pv2 is paused'
xl create -p -q /tmp/pv2.cfg
LIMIT=90 gold shutdown shutdown pv2
gold destroy destroy $(xl domid pv2)
say done
