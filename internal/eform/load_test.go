package eform

import (
	"os"
	"testing"
)

func load(t testing.TB, name string) *Compiled {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(text)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFormsOfOursAreSound(t *testing.T) {
	for _, name := range []string{"khai-sinh", "kinh-doanh"} {
		load(t, name)
	}
}
