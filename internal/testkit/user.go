package testkit

import (
	"errors"
	"os/user"
	"strconv"
)

// ordinaryUser is who runs PostgreSQL when root runs the tests.
func ordinaryUser() (uid, gid uint32, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if errU == nil && errG == nil {
			return uint32(uid), uint32(gid), nil
		}
	}
	return 0, 0, errors.New("root may not run PostgreSQL, and there is no user postgres or nobody")
}
