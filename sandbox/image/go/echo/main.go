// Echo answers every HTTP request with the name of the machine it runs on, and one line about the request. It is the
// program of the image that tests run as a pod.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	host, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s: %s %s from %s\n", host, r.Method, r.URL.Path, r.RemoteAddr)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
