#!/usr/bin/python3
"""Boots a node as the tests' user-data asks: files from the wrapping token (control plane), then kubeadm."""
import json, os, subprocess, sys, urllib.request

CONFIG = '/run/kubeadm/kubeadm.yaml'
WRAPPED = '/run/bootstrap/wrapped-files.json'
METADATA = 'http://169.254.169.254/'


def get(path):
    with urllib.request.urlopen(METADATA + path, timeout=10) as answer:
        return answer.read().decode()


def say(line):
    with open('/dev/console', 'w') as console:
        console.write(line + '\n')


def unwrap():
    with open(WRAPPED) as file:
        wrapped = json.load(file)
    request = urllib.request.Request(wrapped['vault'] + '/v1/sys/wrapping/unwrap', method='POST',
                                     headers={'X-Vault-Token': wrapped['token']})
    with urllib.request.urlopen(request, timeout=10) as answer:
        files = json.load(answer)['data']['files']
    for file in files:
        os.makedirs(os.path.dirname(file['path']), exist_ok=True)
        with open(os.open(file['path'], os.O_CREAT | os.O_WRONLY | os.O_TRUNC, int(file['permissions'], 8)), 'w') as out:
            out.write(file['content'])


def main():
    if os.path.exists(WRAPPED):
        unwrap()
    server = json.loads(get('openstack/latest/meta_data.json'))
    with open(CONFIG) as file:
        config = file.read()
    for key, value in {'SERVER_ID': server['uuid'], 'SERVER_NAME': server['name'],
                       'LOCAL_IPV4': get('latest/meta-data/local-ipv4').strip()}.items():
        config = config.replace('@' + key + '@', value)
    with open(CONFIG, 'w') as file:
        file.write(config)
    command = 'init' if 'kind: InitConfiguration' in config else 'join'
    run = subprocess.run(['kubeadm', command, '--config', CONFIG], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode != 0:
        raise RuntimeError('kubeadm ' + command + ': ' + run.stdout[-1500:])


try:
    main()
except Exception as error:
    say('SLIPWAY-BOOT-FAILED: ' + str(error))
    sys.exit(1)
say('SLIPWAY-BOOT-OK')
