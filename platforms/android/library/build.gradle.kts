// The AAR: the Java classes of org.gosset and libgosset_jni.so of 64-bit Arm.
plugins {
    id("com.android.library")
}

// Gosset for Android, built and installed by the preset android-arm64 (README.md).
val gosset = project.findProperty("gosset.dir")
    ?: rootDir.resolve("../../build/android/lib/cmake/gosset").canonicalPath

android {
    namespace = "org.gosset"
    compileSdk = 35
    ndkVersion = "27.2.12479018"
    defaultConfig {
        minSdk = 29
        consumerProguardFiles("consumer-rules.pro")
        ndk { abiFilters += "arm64-v8a" }
        externalNativeBuild {
            cmake {
                arguments += "-DANDROID_STL=c++_static"
                arguments += "-Dgosset_DIR=$gosset"
            }
        }
    }
    externalNativeBuild {
        cmake {
            path = file("src/main/cpp/CMakeLists.txt")
            version = "3.31.6"  // Gosset wants 3.25; the default of this plugin is 3.22
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}
