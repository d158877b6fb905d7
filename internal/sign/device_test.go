//go:build pkcs11

package sign

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ThalesGroup/crypto11"
)

// softHSM is the library of a device made of software. Builds with this tag are tested where it is installed.
const softHSM = "/usr/lib/softhsm/libsofthsm2.so"

func TestSigningWithADevice(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "directories.tokendir = %s\nobjectstore.backend = file\n", dir), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	if out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "office", "--so-pin", "12345678", "--pin", "8765").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ca := newAuthority(t, "TEST CA")
	device, err := crypto11.Configure(&crypto11.Config{Path: softHSM, TokenLabel: "office", Pin: "8765"})
	if err != nil {
		t.Fatal(err)
	}
	for i, label := range []string{"seal", "other"} {
		id := []byte{byte(i + 1)}
		k, err := device.GenerateRSAKeyPairWithLabel(id, []byte(label), 2048)
		if err != nil {
			t.Fatal(err)
		}
		if err := device.ImportCertificateWithLabel(id, []byte(label), ca.issue(t, "Device "+label, k, nil).Chain[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := device.Close(); err != nil {
		t.Fatal(err)
	}
	at := PKCS11{Module: softHSM, Token: "office", PIN: "8765"}
	if _, err := OpenPKCS11(at); !errors.Is(err, ErrKey) {
		t.Errorf("two keys and no label: %v", err)
	}
	at.Label = "seal"
	wrong := at
	wrong.PIN = "0000"
	if _, err := OpenPKCS11(wrong); !errors.Is(err, ErrKey) {
		t.Errorf("a wrong PIN: %v", err)
	}
	k, err := OpenPKCS11(at)
	if err != nil {
		t.Fatal(err)
	}
	pdf := signed(t, &Signer{Key: k}, document(t, 1), As{})
	if got := Verify(pdf, Options{Now: laterOn, Trust: NewTrust(ca.cert)}); got.Status != Valid || got.Signatures[0].Signer != "Device seal" {
		t.Errorf("%+v", got)
	}
}
