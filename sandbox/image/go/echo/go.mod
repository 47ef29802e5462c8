module openstack-sandbox/image/echo

go 1.25.0
