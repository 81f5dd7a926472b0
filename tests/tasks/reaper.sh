# Input lines: "+ GROUP" for a process group that was started, "- GROUP" for one that has ended.
# The input ends when the process that writes it has ended: groups that are left then are killed.
trap '' INT TERM HUP
left=
while read -r change group; do
	if [ "$change" = + ]; then
		left="$left $group"
	else
		others=
		for one in $left; do [ "$one" = "$group" ] || others="$others $one"; done
		left=$others
	fi
done
for group in $left; do kill -s KILL -- "-$group" 2>/dev/null; done
