//go:build !pkcs11

package sign

// OpenPKCS11 refuses: devices are reached through C libraries, which the usual build leaves out. Build with the tag
// pkcs11.
func OpenPKCS11(PKCS11) (Key, error) { return Key{}, ErrNoPKCS11 }
