//go:build !pkcs11

package sign

import (
	"errors"
	"testing"
)

func TestTheUsualBuildSaysThatItKnowsNoDevices(t *testing.T) {
	t.Parallel()
	if _, err := OpenPKCS11(PKCS11{Module: "/usr/lib/token.so"}); !errors.Is(err, ErrNoPKCS11) {
		t.Fatal(err)
	}
}
