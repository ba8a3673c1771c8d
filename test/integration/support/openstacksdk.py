"""Reads cases (cwd, env, options) and prints what openstacksdk makes of each: the oracle for ours."""
import importlib
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
from openstack.config import loader

KEYS = ("auth", "auth_type", "region_name", "interface", "image_endpoint_override", "verify", "cacert")


def resolve(case):
    os.environ.clear()
    os.environ.update(case["env"])
    os.chdir(case["cwd"])
    # The places of the files are found when the module is loaded.
    importlib.reload(loader)
    clouds = loader.OpenStackConfig()
    config = clouds.get_one(validate=False, **case["options"]).config
    # As it does before it makes the plugin: settings beside auth that are the plugin's go into it.
    config = clouds._validate_auth(config, clouds._get_auth_loader(config))
    return {key: config.get(key) for key in KEYS}


print(json.dumps([resolve(case) for case in json.load(sys.stdin)]))
